// SPDX-License-Identifier: Apache-2.0
// What the programs do with segments, in one process and without waiting.
#pragma once

#include "common/core/segments/segments.hpp"

namespace pipeline::test {

// What a program does that only looks, whatever lies in the segments. Throws what it would show as an error.
void look_at(const Segments& segments);

// A supervisor that adopts segments which have passed their check, then a producer and consumers that drain
// them. Aborts if anything is left in the end, since nothing but progress may come of sound segments.
void adopt_and_drain(Segments& segments);

}  // namespace pipeline::test
