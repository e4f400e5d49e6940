// SPDX-License-Identifier: Apache-2.0
// Shortages. A system call failed because a resource has run out (memory, descriptors, processes, space). The
// same call may succeed later. A caller that can wait retries. The error message says what to free, or which
// limit to raise.
#pragma once

#include <string_view>

namespace pipeline {

// Returns the advice for a shortage, such as "raise the limit ...". `error` is an errno value. Returns an
// empty text if the error is not a shortage.
[[nodiscard]] std::string_view advice_for_shortage(int error) noexcept;

[[nodiscard]] inline bool is_shortage(int error) noexcept {
    return !advice_for_shortage(error).empty();
}

}  // namespace pipeline
