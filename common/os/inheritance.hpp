// SPDX-License-Identifier: Apache-2.0
// What a process inherits from whoever starts it, and what of that would break it: cron jobs, service
// managers, shells and containers differ in it, and few people know what theirs does.
#pragma once

namespace pipeline {

// To be called first in main(), before anything is opened:
// - A standard stream that is closed is opened on /dev/null; else the next thing to be opened, a segment or
//   the ledger, would get its number, and log lines would be written into it. Standard input is then open for
//   writing only, so that reading it is an error and not an end.
// - SIGCHLD is not ignored; else the children's exit statuses would be lost.
// - SIGPIPE and SIGXFSZ are ignored; a reader that has gone and a file that has reached its limit (ulimit -f)
//   are errors of the write then, and no deaths.
// - The umask takes nothing from the owner; else we could not open again what we have made.
void mend_inheritance() noexcept;

}  // namespace pipeline
