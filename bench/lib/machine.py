# SPDX-License-Identifier: Apache-2.0
"""The machine that measures, in words."""

import os
import platform
from pathlib import Path


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // (1 << 20)
    return f"machine with {os.cpu_count()} processors ({model}), {memory} GiB, Linux {platform.release()}"
