// SPDX-License-Identifier: Apache-2.0
#include "common/os/inheritance.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pipeline {
namespace {

// Opens each closed standard stream. open() returns the lowest free descriptor, which is the stream's own.
void open_closed_streams() noexcept {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        if (::open("/dev/null", O_WRONLY) >= 0) continue;
        ::open("/", O_PATH);  // without /dev/null: a descriptor that can be neither read nor written
    }
}

}  // namespace

void mend_inheritance() noexcept {
    open_closed_streams();
    ::signal(SIGCHLD, SIG_DFL);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    const mode_t inherited = ::umask(S_IRWXG | S_IRWXO);
    ::umask(inherited & (S_IRWXG | S_IRWXO));
}

}  // namespace pipeline
