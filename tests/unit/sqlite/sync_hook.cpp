// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sqlite/sync_hook.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace pipeline::test {
namespace {

int hooked(long call, int fd) {
    SyncHook& hook = sync_hook();
    struct stat status {};
    const bool is_folder = ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    if (!is_folder) {
        ++hook.files;
        if (hook.on_file) hook.on_file();
    }
    if (const int error = hook.error; error != 0) {
        errno = error;
        return -1;
    }
    if (is_folder && hook.on_folder) hook.on_folder();
    return static_cast<int>(::syscall(call, fd));
}

}  // namespace

SyncHook& sync_hook() {
    static SyncHook hook;
    return hook;
}

}  // namespace pipeline::test

// They stand in front of libc's.
extern "C" int fsync(int fd) {
    return pipeline::test::hooked(SYS_fsync, fd);
}
extern "C" int fdatasync(int fd) {
    return pipeline::test::hooked(SYS_fdatasync, fd);
}
