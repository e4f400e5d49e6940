// SPDX-License-Identifier: Apache-2.0
// The segments of another user, which root may look at. Their owner may do anything with them meanwhile: the
// observer says whose they are, and lives on when they are cut under it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pipeline {

// "user 61003 (alice)" if this process is root's and the segments of that pipeline are another user's; else
// none.
[[nodiscard]] std::optional<std::string> foreign_owner(const std::string& name);

// From now on, a mapped page whose file has been cut reads as zeros instead of ending the process (SIGBUS).
void survive_cuts() noexcept;

// The number of such pages so far. If it has grown during a look, part of what was read is not the
// pipeline's.
[[nodiscard]] std::uint64_t cut_pages() noexcept;

// Throws Failure Configuration if pages have been cut since there were `before`.
void require_no_cuts_since(std::uint64_t before, const std::string& name);

}  // namespace pipeline
