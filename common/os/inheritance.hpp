// SPDX-License-Identifier: Apache-2.0
// Repairs inherited process state that would break a program. Cron jobs, service managers, shells and
// containers pass on different states, and few people know which state theirs passes on.
#pragma once

namespace pipeline {

// Call it first in main(), before the program opens anything. It does the following:
// - It opens each closed standard stream on /dev/null. Otherwise the next opened file, a segment or the
//   ledger, would get the stream's number, and log lines would go into that file. Standard input becomes
//   write-only, so that reading it is an error, not an end of file.
// - It stops ignoring SIGCHLD. Otherwise the children's exit statuses would be lost.
// - It ignores SIGPIPE and SIGXFSZ. Then a write fails, instead of killing the process, if the reader has
//   gone or the file is at its size limit (ulimit -f).
// - It clears the owner's bits in the umask. Otherwise we could not reopen the files that we make.
void mend_inheritance() noexcept;

}  // namespace pipeline
