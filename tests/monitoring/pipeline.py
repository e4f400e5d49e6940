# SPDX-License-Identifier: Apache-2.0
"""A pipeline of the real programs, and the metrics that its observer exports."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.request

DEADLINE_S = 240
SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")


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


class Metrics:
    """One scrape: {series: value}, where a series is a name with its labels."""

    def __init__(self, text):
        matches = [SAMPLE.match(line) for line in text.splitlines() if line and not line.startswith("#")]
        assert all(matches), text
        self.samples = {line["name"] + "{" + (line["labels"] or "") + "}": float(line["value"]) for line in matches}
        # The families, as `# TYPE` names them.
        self.types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))

    def value(self, name, *labels):
        """The sum of all series of that name that have these labels."""
        return sum(value for series, value in self.samples.items()
                   if series.startswith(f"invoice_pipeline_{name}{{") and all(label in series for label in labels))

    def health(self):
        return next(re.search(r'state="(\w+)"', series)[1] for series, value in self.samples.items()
                    if series.startswith("invoice_pipeline_health_state{") and value == 1)


class Pipeline:
    """A supervisor and its children, with a folder of its own. What is left of them at the end is killed and removed."""

    count = 0

    def __init__(self, build):
        Pipeline.count += 1
        self.build = build
        self.name = f"monitoring-{os.getpid()}-{Pipeline.count}"
        self._folder = tempfile.TemporaryDirectory(prefix="monitoring-")
        self.folder = pathlib.Path(self._folder.name)
        self.supervisor = None
        self.observer = None
        self.url = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.observer:
            self.observer.kill()
            self.observer.wait()
        if self.supervisor and self.supervisor.poll() is None:
            self.kill_all()
        for segment in pathlib.Path("/dev/shm").glob(f"{self.name}.*"):
            segment.unlink(missing_ok=True)
        self._folder.cleanup()

    def ids(self, count):
        """A list of so many ids, as a source that is watched for more lines."""
        path = self.folder / "ids.txt"
        path.write_text("".join(f"INV-{number}\n" for number in range(count)), encoding="utf-8")
        return f"lines:{path}"

    def start(self, *options):
        with open(self.folder / "log", "ab") as log:
            self.supervisor = subprocess.Popen(
                [self.build / "supervisor" / "supervisor", "--name", self.name, "--consumers", "2",
                 "--ledger", f"sqlite:{self.folder}/ledger.db", "--state-dir", self.folder, "--runtime-dir", self.folder,
                 *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def observe(self):
        """Starts an observer that serves over HTTP, as Prometheus asks it."""
        path = self.folder / "observer.log"
        with open(path, "wb") as log:
            self.observer = subprocess.Popen(
                [self.build / "observer" / "observer", "--listen", "127.0.0.1:0", "--interval", "100ms", "--log-level", "info",
                 "--name", self.name, "--runtime-dir", self.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def address():
            assert self.observer.poll() is None, path.read_text(encoding="utf-8")
            return re.search(r"http://127\.0\.0\.1:\d+/", path.read_text(encoding="utf-8"))

        self.url = eventually(address, "the observer listens")[0]

    def scrape(self):
        """What the observer serves now."""
        with urllib.request.urlopen(self.url + "metrics", timeout=DEADLINE_S) as answer:
            return Metrics(answer.read().decode("utf-8"))

    def metrics(self):
        """What `observer --metrics` prints; None if there is no pipeline yet."""
        done = subprocess.run([self.build / "observer" / "observer", "--metrics", "--name", self.name,
                               "--runtime-dir", self.folder], capture_output=True, text=True, check=False, timeout=DEADLINE_S)
        assert done.returncode in (0, 66), done.stderr
        return Metrics(done.stdout) if done.returncode == 0 else None

    def until_healthy_as(self, state):
        """Waits until the observer names that state of health; returns the scrape that does."""
        last = []

        def is_so():
            last[:] = [self.scrape()]
            return last[0] if last[0].health() == state else None

        try:
            return eventually(is_so, f"the state is {state}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {last[0].health()}; the log:\n{self.log()}") from None

    def children(self):
        pid = self.supervisor.pid
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill_all(self):
        os.kill(self.supervisor.pid, signal.SIGSTOP)
        stat = pathlib.Path(f"/proc/{self.supervisor.pid}/stat")
        eventually(lambda: stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] in "TZ", "the supervisor has stopped")
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)
        self.supervisor.kill()
        self.supervisor.wait()
