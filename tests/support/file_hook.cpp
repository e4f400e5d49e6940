// SPDX-License-Identifier: Apache-2.0
// The fortified forms of these functions are inline and cannot be defined again.
#undef _FORTIFY_SOURCE
#include "tests/support/file_hook.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

namespace pipeline::test {
namespace {

template <class Hook, class... Arguments>
bool fails(const Hook& hook, Arguments... arguments) {
    const int error = hook ? hook(arguments...) : 0;
    if (error != 0) errno = error;
    return error != 0;
}

}  // namespace

FileHook& file_hook() {
    static FileHook hook;
    return hook;
}

}  // namespace pipeline::test

using pipeline::test::fails;
using pipeline::test::file_hook;

// They stand in front of libc's.
extern "C" int openat(int folder, const char* name, int flags, ...) {
    std::va_list arguments;
    va_start(arguments, flags);
    const bool has_mode = (flags & (O_CREAT | O_TMPFILE)) != 0;
    const mode_t mode = has_mode ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (fails(file_hook().on_openat, name)) return -1;
    return static_cast<int>(::syscall(SYS_openat, folder, name, flags, mode));
}

// Fortified callers use this one for flags that are no constant.
extern "C" int fortified_openat(int folder, const char* name, int flags) asm("__openat64_2");
extern "C" int fortified_openat(int folder, const char* name, int flags) {
    if (fails(file_hook().on_openat, name)) return -1;
    return static_cast<int>(::syscall(SYS_openat, folder, name, flags));
}

extern "C" int statx(int folder, const char* name, int flags, unsigned mask, struct statx* status) noexcept {
    if (fails(file_hook().on_statx, name)) return -1;
    return static_cast<int>(::syscall(SYS_statx, folder, name, flags, mask, status));
}

extern "C" dirent* readdir(DIR* folder) {
    if (fails(file_hook().on_readdir)) return nullptr;
    static const auto real = reinterpret_cast<dirent* (*)(DIR*)>(::dlsym(RTLD_NEXT, "readdir64"));
    return real(folder);
}

extern "C" ssize_t pread(int fd, void* bytes, size_t count, off_t offset) {
    if (fails(file_hook().on_pread)) return -1;
    return ::syscall(SYS_pread64, fd, bytes, count, offset);
}

extern "C" int inotify_add_watch(int fd, const char* path, uint32_t mask) noexcept {
    if (fails(file_hook().on_add_watch)) return -1;
    return static_cast<int>(::syscall(SYS_inotify_add_watch, fd, path, mask));
}
