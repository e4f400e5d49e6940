// SPDX-License-Identifier: Apache-2.0
// Keeps a source's mark (KeptMark) in the ring. Only lists have marks of their own there (ListMarks), so the
// table is free for a source without an order: its newest entry is the mark, and entries are numbered in
// place of positions. No other process reads them. Setting a mark is crash-safe as leaving a list's mark is.
#pragma once

#include "common/core/ring.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// Returns the mark of a source that is no list. For the producer's main thread.
[[nodiscard]] KeptMark kept_mark(const Ring& ring);

}  // namespace pipeline
