# SPDX-License-Identifier: Apache-2.0
"""A real browser without a window: Chromium, driven by its chromedriver (https://www.w3.org/TR/webdriver2/)."""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

DEADLINE_S = 120
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Down": "\ue015", "Left": "\ue012"}


def find_programs():
    """Browser and driver; None if one is missing."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


def eventually(holds, what):
    """Asks again and again until it holds; returns what it gave last."""
    end = time.monotonic() + DEADLINE_S
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {DEADLINE_S} s: {what}")
        time.sleep(0.05)


class Browser:
    """One window. Its end ends the browser and the driver."""

    def __init__(self):
        browser, driver = find_programs()
        self._folder = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        log = pathlib.Path(self._folder.name, "driver.log")
        with open(log, "wb") as out:
            self._driver = subprocess.Popen([driver, "--port=0"], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self._session = ""
        self._width = 0
        try:
            started = eventually(lambda: re.search(r"successfully on port (\d+)", log.read_text(errors="replace")), "the driver listens")
            self._at = f"http://127.0.0.1:{started[1]}"
            arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
                         f"--user-data-dir={self._folder.name}/profile"]
            wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"binary": browser, "args": arguments},
                                      "goog:loggingPrefs": {"browser": "ALL"}}}
            self._session = f"/session/{self._ask('POST', '/session', {'capabilities': wanted})['sessionId']}"
        except BaseException:
            self.close()
            raise

    def close(self):
        try:
            if self._session:
                self._ask("DELETE", self._session)
        except (OSError, urllib.error.HTTPError):
            pass
        finally:
            self._driver.kill()
            self._driver.wait()
            self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _ask(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._at + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode(errors='replace')[:2000]}") from None

    def cdp(self, command, **parameters):
        return self._ask("POST", f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self._ask("POST", f"{self._session}/url", {"url": url})

    def run(self, script, *arguments):
        """The value that the script returns; of a promise, what it is fulfilled with."""
        wrapped = ("const done = arguments[arguments.length - 1]; const args = [...arguments].slice(0, -1);"
                   f"(async () => {{ {script} }})().then((value) => done({{value}}), (error) => done({{error: String(error)}}));")
        found = self._ask("POST", f"{self._session}/execute/async", {"script": wrapped, "args": list(arguments)})
        if "error" in found:
            raise AssertionError(found["error"])
        return found.get("value")

    def until(self, script, what):
        return eventually(lambda: self.run(f"return {script}"), what)

    def click(self, selector):
        """As a person clicks: it must be in sight and not be covered."""
        found = self._ask("POST", f"{self._session}/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"{self._session}/element/{found[ELEMENT]}/click")

    def keys(self, *keys):
        """Pressed one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask("POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def view(self, width, height=900, dark=False):
        self._width = width
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, path):
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": self._width, "height": min(size["height"], 8000), "scale": 1}
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def complaints(self):
        """What the browser has logged: mistakes in the script, and what the policy forbids."""
        return [entry["message"] for entry in self._ask("POST", f"{self._session}/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]
