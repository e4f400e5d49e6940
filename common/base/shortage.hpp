// SPDX-License-Identifier: Apache-2.0
// Shortages: a system call failed because a resource has run out (memory, descriptors, processes, space). The
// same call may succeed later. A caller that can wait retries, and the message says what to free or to raise.
#pragma once

#include <string_view>

namespace pipeline {

// The advice if `error` (an errno value) is a shortage, "raise the limit ..."; empty for any other error.
[[nodiscard]] std::string_view advice_for_shortage(int error) noexcept;

[[nodiscard]] inline bool is_shortage(int error) noexcept {
    return !advice_for_shortage(error).empty();
}

}  // namespace pipeline
