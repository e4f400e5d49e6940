// SPDX-License-Identifier: Apache-2.0
// To be preloaded (LD_PRELOAD): counts the calls of fsync and fdatasync of a process and of all that it
// starts in the file that SYNC_COUNT names, a 64-bit number.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

using Counter = std::atomic<std::uint64_t>;

Counter* map_counter() {
    const char* path = std::getenv("SYNC_COUNT");
    if (path == nullptr) return nullptr;
    const int fd = ::open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return nullptr;
    void* memory = ::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    return memory == MAP_FAILED ? nullptr : static_cast<Counter*>(memory);
}

int counted(long call, int fd) {
    static Counter* const counter = map_counter();
    if (counter != nullptr) counter->fetch_add(1);
    return static_cast<int>(::syscall(call, fd));
}

}  // namespace

extern "C" int fsync(int fd) {
    return counted(SYS_fsync, fd);
}
extern "C" int fdatasync(int fd) {
    return counted(SYS_fdatasync, fd);
}
