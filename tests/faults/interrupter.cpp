// SPDX-License-Identifier: Apache-2.0
// To be loaded into programs with LD_PRELOAD: a timer interrupts them every 100 us, and no system call is
// begun again by itself. At the end of a process it adds the number of its interruptions to the file
// $INTERRUPTIONS.
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

namespace {

std::atomic<std::uint64_t> interruptions{0};

void count(int) {
    interruptions.fetch_add(1, std::memory_order_relaxed);
}

[[gnu::constructor]] void arm() {
    struct sigaction action {};
    action.sa_handler = count;  // without SA_RESTART
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval every{{0, 100}, {0, 100}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
}

[[gnu::destructor]] void tell() {
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    const char* const path = std::getenv("INTERRUPTIONS");
    const int file = path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::uint64_t number = interruptions.load();
    if (file >= 0 && ::write(file, &number, sizeof number) == sizeof number) ::close(file);
}

}  // namespace

extern "C" int posix_fallocate64(int fd, off64_t offset, off64_t bytes) {
    static bool is_interrupted = false;
    constexpr off64_t kLarge = off64_t{1} << 20U;
    is_interrupted = !is_interrupted;
    if (bytes >= kLarge || is_interrupted) return EINTR;
    return ::fallocate64(fd, 0, offset, bytes) == 0 ? 0 : errno;
}
