// SPDX-License-Identifier: Apache-2.0
// Whether ids may come from standard input.
#pragma once

namespace pipeline {

// True if `fd` is a pipe, a socket or a regular file, and open for reading. False for a terminal, /dev/null
// and a closed descriptor.
[[nodiscard]] bool may_give_ids(int fd) noexcept;

}  // namespace pipeline
