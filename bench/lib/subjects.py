# SPDX-License-Identifier: Apache-2.0
"""What is measured: our ring and our whole pipeline, and the peers. One row each; bench/peer/ holds the programs."""

import dataclasses
import shutil


@dataclasses.dataclass(frozen=True)
class Subject:
    key: str
    label: str
    program: str  # in the build tree's bench/peer, or "pipeline"
    options: tuple = ()
    needs: tuple = ()  # Debian packages, beyond what the pipeline itself is built with
    runs_with: str = ""  # a program that must be on the PATH
    ours: bool = False
    group: str = "transport"  # or "pipeline": with a store at the end
    quick: bool = False  # part of the short form

    def missing(self, tools):
        """Why it cannot run here, or an empty string."""
        absent = self.runs_with and not shutil.which(self.runs_with)
        if absent or (self.program != "pipeline" and not tools.peer_path(self.program).exists()):
            return f"needs {', '.join(self.needs)}"
        return ""


BATCH = ("--batch", "64")
# The pipeline's `sequence` gives decimal numbers: what is compared with it carries ids of that size.
SHORT_ID = ("--id-bytes", "8")
REDIS = ("libhiredis-dev", "redis-server")

TRANSPORT = [
    Subject("ring-1", "our ring, batch 1", "ring", ours=True, quick=True),
    Subject("ring-64", "our ring, batch 64", "ring", BATCH, ours=True, quick=True),
    Subject("ring-256", "our ring, batch 256", "ring", ("--batch", "256"), ours=True),
    Subject("boost-1", "Boost message_queue, one by one", "boost_queue", quick=True),
    Subject("boost-64", "Boost message_queue, 64 packed", "boost_queue", BATCH, quick=True),
    Subject("go-1", "Go channel, one by one", "go_channel", needs=("golang-go",)),
    Subject("go-64", "Go channel, slices of 64", "go_channel", BATCH, needs=("golang-go",)),
    Subject("pipe-1", "pipe, one by one", "pipe"),
    Subject("pipe-64", "pipe, writes of 4 KiB", "pipe", BATCH, quick=True),
    Subject("socket-1", "Unix socket, one by one", "unix_socket"),
    Subject("socket-64", "Unix socket, 64 packed", "unix_socket", BATCH),
    Subject("mq-1", "POSIX mq, one by one", "posix_queue"),
    Subject("mq-64", "POSIX mq, 64 packed", "posix_queue", BATCH),
    Subject("zeromq-1", "ZeroMQ ipc, one by one", "zeromq", needs=("libzmq3-dev",)),
    Subject("zeromq-64", "ZeroMQ ipc, 64 packed", "zeromq", BATCH, needs=("libzmq3-dev",)),
    Subject("redis-1", "Redis list, one by one", "redis_list", needs=REDIS, runs_with="redis-server"),
    Subject("redis-64", "Redis list, 64 a command", "redis_list", BATCH, needs=REDIS, runs_with="redis-server"),
    Subject("stream-64", "Redis stream, 64 at once", "redis_stream", BATCH, needs=REDIS, runs_with="redis-server"),
    Subject("python-1", "Python multiprocessing.Queue", "python_queue", runs_with="python3", needs=("python3",)),
    Subject("python-64", "Python multiprocessing.Queue, lists of 64", "python_queue", BATCH, ("python3",), "python3"),
    Subject("lockfree-1", "bound: lock-free shared ring, batch 1", "lock_free_ring"),
    Subject("lockfree-64", "bound: lock-free shared ring, batch 64", "lock_free_ring", BATCH, quick=True),
    Subject("moodycamel-1", "bound: moodycamel (threads), one by one", "moodycamel", needs=("libconcurrentqueue-dev",)),
    Subject("moodycamel-64", "bound: moodycamel (threads), batch 64", "moodycamel", BATCH, ("libconcurrentqueue-dev",)),
    Subject("gotuned-1", "bound: Go channel without allocation", "go_channel_tuned", needs=("golang-go",)),
    Subject("gotuned-64", "bound: Go, slices of 64 used again", "go_channel_tuned", BATCH, ("golang-go",)),
]

WHOLE = [
    Subject("pipeline", "our whole pipeline", "pipeline", ours=True, group="pipeline", quick=True),
    Subject("gomap-1", "Go channel + mutex + map", "go_channel", (*SHORT_ID, "--store", "map"),
            ("golang-go",), group="pipeline"),
    Subject("gomap-64", "Go channel of slices of 64 + mutex + map", "go_channel",
            (*SHORT_ID, *BATCH, "--store", "map"), ("golang-go",), group="pipeline"),
    Subject("gosized-1", "Go channel + mutex + map of full size", "go_channel",
            (*SHORT_ID, "--store", "sized"), ("golang-go",), group="pipeline"),
    Subject("booststore-1", "Boost message_queue one by one + storage", "boost_queue", (*SHORT_ID, "--store"),
            group="pipeline", quick=True),
    Subject("booststore-64", "Boost message_queue 64 packed + storage", "boost_queue", (*SHORT_ID, *BATCH, "--store"),
            group="pipeline"),
    Subject("lockfreestore-64", "bound: lock-free ring, batch 64 + storage", "lock_free_ring",
            (*SHORT_ID, *BATCH, "--store"), group="pipeline"),
]

# Who is woken from idle: one invoice each millisecond.
WAKE = ["ring-1", "boost-1", "go-1", "pipe-1", "socket-1", "mq-1", "zeromq-1", "redis-1"]

ALL = TRANSPORT + WHOLE
BY_KEY = {subject.key: subject for subject in ALL}
