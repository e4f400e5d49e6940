// SPDX-License-Identifier: Apache-2.0
// Lets root observe the segments of another user safely. Their owner may change or truncate them at any time:
// the observer says who the owner is, and survives when pages disappear during a read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pipeline {

// Returns "user 61003 (alice)" if this process is root's and the segments of that name (SegmentsView::open())
// belong to another user; else none.
[[nodiscard]] std::optional<std::string> foreign_owner(const std::string& name);

// Call it before any segment is read. From then on, if a segment's file is truncated, the mapped pages that
// it has lost read as zeros. Otherwise reading them would end the process (SIGBUS).
void survive_cuts() noexcept;

// The number of pages that were replaced by zeros so far. If it has grown during an observation, some of the
// values read are not the pipeline's.
[[nodiscard]] std::uint64_t cut_pages() noexcept;

// Throws Failure Configuration if cut_pages() has grown since it returned `before`. The message names the
// segments of `name`.
void require_no_cuts_since(std::uint64_t before, const std::string& name);

}  // namespace pipeline
