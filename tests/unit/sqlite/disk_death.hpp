// SPDX-License-Identifier: Apache-2.0
// The death of this process at a chosen write or sync of SQLite.
#pragma once

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include "tests/unit/sqlite/sync_hook.hpp"

namespace pipeline::test {

inline int disk_calls_left = 0;

inline void count_disk_call() {
    if (--disk_calls_left == 0) ::raise(SIGKILL);
}

inline ssize_t deadly_write(int fd, const void* bytes, std::size_t size, off64_t offset) {
    count_disk_call();
    return ::pwrite64(fd, bytes, size, offset);
}

// From now on this process is killed instead of doing its `number`th write or sync.
inline void die_at_disk_call(int number) {
    disk_calls_left = number;
    sync_hook().on_file = count_disk_call;
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    for (const auto* name : {"pwrite", "pwrite64"})
        vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(deadly_write));
}

}  // namespace pipeline::test
