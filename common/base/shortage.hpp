// SPDX-License-Identifier: Apache-2.0
// A system call that failed because something has run out: memory, descriptors, processes, space. It may be
// there again later, so the same call may then succeed; whoever can wait tries again, and the message says
// what to free or to raise.
#pragma once

#include <string_view>

namespace pipeline {

// What to do when `error` (an errno value) says that something has run out, "raise the limit ..."; empty if
// it says anything else.
[[nodiscard]] std::string_view advice_for_shortage(int error) noexcept;

[[nodiscard]] inline bool is_shortage(int error) noexcept {
    return !advice_for_shortage(error).empty();
}

}  // namespace pipeline
