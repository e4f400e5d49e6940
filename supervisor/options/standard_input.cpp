// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/standard_input.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace pipeline {

bool may_give_ids(int fd) noexcept {
    struct stat status {};
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY || ::fstat(fd, &status) != 0) return false;
    return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISREG(status.st_mode);
}

}  // namespace pipeline
