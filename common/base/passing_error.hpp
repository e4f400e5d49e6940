// SPDX-License-Identifier: Apache-2.0
// A system call on a file that failed for a cause outside of that file, which may be over at the next try: a
// disk or a server that does not answer, a resource that has run out.
#pragma once

namespace pipeline {

// True if `error` (an errno value) is of that kind: EIO, ESTALE, ETIMEDOUT, EUCLEAN, every shortage
// (shortage.hpp), and the like. Permissions and missing files are not.
[[nodiscard]] bool is_passing_error(int error) noexcept;

}  // namespace pipeline
