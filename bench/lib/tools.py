# SPDX-License-Identifier: Apache-2.0
"""Building what measures, and running it: every program answers with one line of JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build-bench"


def shell(commands):
    """Runs commands of tools/lib in the root; ends this program if they fail."""
    prelude = "set -euo pipefail; logs=build-logs; . tools/lib/steps.sh; . tools/lib/packages.sh; . tools/lib/build.sh; "
    status = subprocess.run(["bash", "-c", prelude + commands, Path(sys.argv[0]).name], cwd=ROOT, check=False).returncode
    if status != 0:
        raise SystemExit(status)


def install_peers():
    shell('need_packages "$build_packages" "$bench_packages" "$peer_packages"')
    print("All peers can be built: bench/peers, bench/report.")


def build():
    shell(
        'need_packages "$build_packages" "$bench_packages"; '
        "step 'building (build-bench/)' build build-bench '--buildtype=release -Dtests=false -Dbench=true'"
    )


class Tools:
    def __init__(self, build_dir=BUILD):
        self.build = Path(build_dir).resolve()
        self.run_dir = self.build / "bench-run"
        self.run_dir.mkdir(exist_ok=True)
        self.supervisor = self.build / "supervisor" / "supervisor"

    def peer_path(self, program):
        if program.endswith("python_queue"):
            return ROOT / "bench" / "peer" / "python_queue.py"
        return self.build / "bench" / "peer" / program

    def body_path(self, program):
        """A program that carries bodies; Go's is beside the other Go peers, whose common part it shares."""
        if program.endswith(".py"):
            return ROOT / "bench" / "body" / program
        return self.build / "bench" / ("peer" if program.startswith("go_") else "body") / program

    def answer(self, command, **environment):
        """What a program says; a program that fails, or an item that was lost, ends everything: no figure is worth it."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.run_dir, capture_output=True, text=True, check=False, timeout=180,
            env={**os.environ, **environment},
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def peer(self, subject, consumers, milliseconds, *options):
        return self.answer(
            [self.peer_path(subject.program), "--consumers", consumers, "--milliseconds", milliseconds,
             *subject.options, *options]
        )

    def probe(self, question, *options, milliseconds=500, count=100):
        return self.answer(
            [self.build / "bench" / "probe" / "probe", question, self.supervisor, milliseconds, count, *options]
        )

    def pipeline(self, consumers, milliseconds):
        """The real supervisor without a ledger: what corresponds to a peer with a store in memory."""
        return self.probe("throughput", "--consumers", consumers, "--source", "sequence", "--process", "none",
                          "--ledger", "none", milliseconds=milliseconds)

    def throughput(self, subject, consumers, milliseconds):
        if subject.program == "pipeline":
            return self.pipeline(consumers, milliseconds)
        return self.peer(subject, consumers, milliseconds)

    def ledger_file(self):
        """The path of a ledger that is not there yet."""
        for file in self.run_dir.glob("ledger.db*"):
            file.unlink()
        return self.run_dir / "ledger.db"
