// SPDX-License-Identifier: Apache-2.0
// Repairs inherited process state that would break a program: cron jobs, service managers, shells and
// containers differ in what they pass on, and few people know what theirs does.
#pragma once

namespace pipeline {

// Call it first in main(), before anything is opened. It does the following:
// - It opens each closed standard stream on /dev/null; otherwise the next file opened, a segment or the
//   ledger, would get its number, and log lines would be written into it. Standard input is then write-only,
//   so that reading it is an error, not an end of file.
// - It stops ignoring SIGCHLD; otherwise the children's exit statuses would be lost.
// - It ignores SIGPIPE and SIGXFSZ; a reader that has gone or a file at its size limit (ulimit -f) then makes
//   the write fail instead of killing the process.
// - It clears the owner's bits in the umask; otherwise we could not reopen files that we have made.
void mend_inheritance() noexcept;

}  // namespace pipeline
