// SPDX-License-Identifier: Apache-2.0
// Transient errors. A system call on a file failed, the cause lies outside that file, and a retry may
// succeed. Examples: a disk or a server that does not answer, a resource that has run out.
#pragma once

namespace pipeline {

// True if `error` (an errno value) is transient: EIO, ESTALE, ETIMEDOUT, EUCLEAN, every shortage
// (shortage.hpp), and the like. Errors about permissions and missing files are not transient.
[[nodiscard]] bool is_passing_error(int error) noexcept;

}  // namespace pipeline
