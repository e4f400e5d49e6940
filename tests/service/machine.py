# SPDX-License-Identifier: Apache-2.0
"""A machine with a systemd of its own: systemd-nspawn on a copy of a tree, which costs nothing (an overlay).

Whatever happens, nothing of it stays: the tests run in process and mount namespaces of their own (enter_namespaces() comes
first), which end with them.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE = 60  # seconds, of every wait
NAMESPACES = "SERVICE_TEST_NAMESPACES"


def why_not():
    """Why there can be no machines here, or None."""
    if os.geteuid() != 0:
        return "root is needed to boot a machine"
    for program, package in (("systemd-nspawn", "systemd-container"), ("mmdebstrap", "mmdebstrap"),
                             ("unshare", "util-linux"), ("dpkg-buildpackage", "dpkg-dev"), ("dh", "debhelper")):
        if not shutil.which(program):
            return f"{program} is not here (package {package})"
    return None


def enter_namespaces():
    """Starts this program again in namespaces of its own; returns in those."""
    if NAMESPACES in os.environ:
        return
    os.environ[NAMESPACES] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                          "--mount-proc", sys.executable, *sys.argv])


def eventually(holds, what, deadline=DEADLINE):
    """Asks again and again until it holds; what it gave last."""
    end = time.monotonic() + deadline
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.05)


def control_groups():
    """The hierarchies in which systemd keeps its units: one of version 2, and of version 1 where that is there too."""
    mounts = pathlib.Path("/sys/fs/cgroup")
    found = []
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "name=systemd":
            found.append(mounts / "systemd" / path.lstrip("/"))
        elif not controllers:
            unified = mounts / "unified"
            found.append((unified if unified.is_dir() else mounts) / path.lstrip("/"))
    return found


class Machine:
    def __init__(self, tree):
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix="invoice-pipeline-machine-"))
        # Letters, digits and hyphens, and one of the first two at the end: what a name of a host may be.
        self._name = self._directory.name.replace("_", "-") + "m"
        self._run(["mount", "-t", "tmpfs", "tmpfs", self._directory])
        self.root = self._directory / "root"
        for name in ("root", "upper", "work"):
            (self._directory / name).mkdir()
        self._run(["mount", "-t", "overlay", "-o",
                   f"lowerdir={tree},upperdir={self._directory}/upper,workdir={self._directory}/work", "overlay", self.root])
        # A group of its own in each hierarchy: its systemd takes the one that it is in for the root.
        self._groups = [group / self._directory.name for group in control_groups()]
        for group in self._groups:
            group.mkdir()
        self._nspawn = None
        self._init = None

    @staticmethod
    def _run(command):
        subprocess.run(command, check=True, capture_output=True)

    def close(self):
        self.cut_power()
        for directory in (self.root, self._directory):
            subprocess.run(["umount", "--lazy", directory], check=False, capture_output=True)
        os.rmdir(self._directory)
        eventually(self._has_removed_groups, "nothing is left in the machine's control groups", deadline=10)

    def _has_removed_groups(self):
        with contextlib.suppress(OSError):  # a process that is ending is still in it
            for top in self._groups:
                for group, _, _ in os.walk(top, topdown=False):
                    os.rmdir(group)
        return not any(group.exists() for group in self._groups)

    # ---- power ----

    def boot(self):
        log = open(self._directory / "console", "ab")
        self._nspawn = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.root, "-b", "--register=no", "--keep-unit", "--private-network",
             "--console=pipe", "-M", self._name, "systemd.unit=multi-user.target",
             "systemd.mask=console-getty.service"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=self._enter_groups)
        log.close()
        self._init = eventually(self._find_init, "systemd is started")
        eventually(lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"),
                   "the machine has booted")

    def _enter_groups(self):
        for group in self._groups:
            (group / "cgroup.procs").write_text("0")

    def _find_init(self):
        if self._nspawn.poll() is not None:
            raise AssertionError("systemd-nspawn ended:\n" + (self._directory / "console").read_text(errors="replace"))
        with contextlib.suppress(OSError):
            children = pathlib.Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
            # Before that it is systemd-nspawn itself, more than once.
            if children and pathlib.Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
                return children[0]
        return None

    def power_off(self):
        """In good order, as `systemctl poweroff`."""
        self.run("systemctl", "poweroff", check=False)
        self._wait()

    def cut_power(self):
        if self._nspawn is None:
            return
        self._nspawn.kill()
        if self._init is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self._init), signal.SIGKILL)
        self._wait()

    def _wait(self):
        self._nspawn.wait(timeout=DEADLINE)
        # Its init is a child of this program now, the first of its namespace, and the last of its own.
        eventually(self._is_gone, "the machine's processes have ended")
        self._nspawn = self._init = None

    def _is_gone(self):
        try:
            return self._init is None or os.waitpid(int(self._init), os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True

    # ---- what is done in it ----

    def run(self, *command, check=True):
        """Standard output and error; fails with them if the command does."""
        done = subprocess.run(["nsenter", "-t", self._init, "-a", *map(str, command)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: exit status {done.returncode}:\n{done.stdout}")
        return done.stdout

    def status_of(self, *command):
        return subprocess.run(["nsenter", "-t", self._init, "-a", *map(str, command)], stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, timeout=300).returncode

    def fetch(self, url):
        """What a web server in it answers; fails if that is not 200."""
        script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=20).read().decode())"
        done = subprocess.run(["nsenter", "-t", self._init, "-n", sys.executable, "-c", script, url], capture_output=True,
                              text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{url}: {done.stderr.splitlines()[-1]}")
        return done.stdout

    def write(self, path, text):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def property(self, unit, name):
        return self.run("systemctl", "show", "--value", "--property", name, unit).strip()

    def journal(self, *matches):
        lines = self.run("journalctl", "-o", "json", "--no-pager", *matches).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def main_pid(self, unit):
        return self.property(unit, "MainPID")

    def children(self, unit, program):
        return self.run("pgrep", "-P", self.main_pid(unit), "-x", program, check=False).split()

    def kill(self, signal_name, pid):
        if pid == "0":
            raise RuntimeError("there is no such process now, and kill(1) would take 0 for its own process group")
        self.run("kill", f"-{signal_name}", pid)

    def install(self, package):
        """A package file, with what it needs in the tree already."""
        shutil.copy(package, self.root / "root" / package.name)
        return self.run("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "-i", f"/root/{package.name}")


@contextlib.contextmanager
def machine(tree):
    """A booted machine on a copy of the tree."""
    new = Machine(tree)
    # A test that hangs is ended by whoever runs it: by a signal that leaves no time to clean up, but the namespaces do.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        new.boot()
        yield new
    finally:
        new.close()
