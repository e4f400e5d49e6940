# SPDX-License-Identifier: Apache-2.0
"""Why a figure is what it is, where it has been missed: by the target's text, and the number of consumers or None for
all. Shown in docs/performance.md only beside a figure that is missed in the run that is told."""

WHYS = {}
