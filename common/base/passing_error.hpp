// SPDX-License-Identifier: Apache-2.0
// Errors that may pass by themselves: the same system call may succeed later. A caller that can wait retries.
#pragma once

#include <string_view>

namespace pipeline {

// A shortage: a resource has run out (memory, descriptors, processes, space). Returns the advice for it, what
// to free or which limit to raise. `error` is an errno value. Returns an empty text if the error is not a
// shortage.
[[nodiscard]] std::string_view advice_for_shortage(int error) noexcept;

[[nodiscard]] inline bool is_shortage(int error) noexcept {
    return !advice_for_shortage(error).empty();
}

// True if `error` came from a system call on a file and its cause may lie outside that file: a shortage, or a
// disk or server that does not answer (EIO, ESTALE, ETIMEDOUT, EUCLEAN and the like). Errors about
// permissions and missing files do not pass.
[[nodiscard]] bool is_passing_error(int error) noexcept;

}  // namespace pipeline
