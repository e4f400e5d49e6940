# SPDX-License-Identifier: Apache-2.0
"""The Debian package of this source, and trees of Debian in which it can be installed. Both are kept between runs, in
$XDG_CACHE_HOME/invoice-pipeline: a tree for each release and set of packages, a package for each state of the source.
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

# What is in a tree besides what the package needs.
IN_EVERY_TREE = ["systemd", "systemd-sysv", "dbus", "procps", "sqlite3"]
IN_A_BUILD_TREE = ["debhelper", "ccache"]
# What goes into the package. Tests and measurements do not.
SOURCE = ["clerk", "common", "completions", "consumer", "debian", "docs", "examples", "front", "manual", "monitoring", "observer", "producer",
          "supervisor", "systemd", "tools/meson.build", "tools/lib/installed_docs.py", "meson.build", "meson_options.txt", "README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"]
KEPT_BUILDS = 4


@contextlib.contextmanager
def _alone(release):
    """One run at a time makes something for that release."""
    with open(cache() / f"lock-{release}", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = pathlib.Path(base) / "invoice-pipeline"
    path.mkdir(parents=True, exist_ok=True)
    return path


def this_release():
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    found = re.search(r"^VERSION_CODENAME=(\w+)$", text, re.M)
    return found[1] if found and "ID=debian" in text else None


def tree(release, packages, variant="minbase"):
    """The directory of a Debian tree with these packages; nobody may write in it."""
    with _alone(release):
        return _tree(release, packages, variant)


def _tree(release, packages, variant):
    wanted = sorted(set(packages))
    key = hashlib.sha256(" ".join([variant, *wanted]).encode()).hexdigest()[:12]
    path = cache() / f"{release}-{variant}-{key}"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        subprocess.run(["rm", "-rf", unfinished], check=True)
        _run(["mmdebstrap", "--quiet", f"--variant={variant}", f"--include={','.join(wanted)}", release, unfinished])
        unfinished.rename(path)
    return path


def package(source, release):
    """The .deb of this source for that release."""
    with _alone(release):
        return _package(source, release)


def _package(source, release):
    key = _digest(source)
    built = cache() / f"built-{release}-{key}"
    if not built.exists():
        unfinished = cache() / f"build-{release}"  # always the same, so that ccache knows it again
        subprocess.run(["rm", "-rf", unfinished], check=True)
        copy = unfinished / "invoice-pipeline"
        copy.mkdir(parents=True)
        for name in SOURCE:
            _run(["cp", "-a", "--parents", name, copy], cwd=source)
        if release == this_release():
            _build_here(copy)
        else:
            _build_in_a_tree(copy, release)
        built.mkdir()
        for file in unfinished.glob("*.*"):
            file.rename(built / file.name)
        subprocess.run(["rm", "-rf", unfinished], check=True)
        _forget_old_builds(release)
    return next(built.glob("invoice-pipeline_*.deb"))


def dependencies(deb):
    """The packages that a .deb depends on, of alternatives the first."""
    text = subprocess.run(["dpkg-deb", "-f", deb, "Depends"], check=True, capture_output=True, text=True).stdout
    return [re.split(r"[ |(]", one.strip())[0] for one in text.split(",")]


def with_version(deb, version, directory):
    """A copy of the package that calls itself another version."""
    unpacked = directory / "unpacked"
    _run(["dpkg-deb", "-R", deb, unpacked])
    control = unpacked / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    path = directory / f"invoice-pipeline_{version}.deb"
    _run(["dpkg-deb", "--root-owner-group", "-b", unpacked, path])
    return path


def _run(command, **more):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          stdin=subprocess.DEVNULL, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit status {done.returncode}:\n{done.stdout[-6000:]}")


def _digest(source):
    digest = hashlib.sha256()
    for name in SOURCE:
        top = source / name
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(source)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _build_here(copy):
    path = "/usr/lib/ccache:" + os.environ["PATH"]
    _run(["dpkg-buildpackage", "-us", "-uc", "-b"], cwd=copy, env={**os.environ, "PATH": path, "CCACHE_NOHASHDIR": "1"})


def _build_in_a_tree(copy, release):
    control = (copy / "debian" / "control").read_text(encoding="utf-8")
    needed = re.search(r"^Build-Depends:\n((?: .*\n)+)", control, re.M)[1]
    names = [re.split(r"[ |(]", line.strip().rstrip(","))[0] for line in needed.splitlines()]
    names = [name for name in names if name != "debhelper-compat"]
    root = _tree(release, IN_A_BUILD_TREE + names, "buildd")
    ccache = cache() / f"ccache-{release}"
    ccache.mkdir(exist_ok=True)
    _run(["systemd-nspawn", "-q", "-D", root, "--volatile=overlay", "--register=no", "--keep-unit", "--private-network",
          f"--bind={copy.parent}:/build", f"--bind={ccache}:/ccache", "--setenv=CCACHE_DIR=/ccache", "--pipe",
          "--setenv=CCACHE_NOHASHDIR=1", "--chdir=/build/invoice-pipeline",
          "sh", "-c", "PATH=/usr/lib/ccache:$PATH dpkg-buildpackage -us -uc -b"])


def _forget_old_builds(release):
    builds = sorted(cache().glob(f"built-{release}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in builds[KEPT_BUILDS:]:
        shutil.rmtree(old)
