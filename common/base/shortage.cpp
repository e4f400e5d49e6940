// SPDX-License-Identifier: Apache-2.0
#include "common/base/shortage.hpp"

#include <cerrno>

namespace pipeline {

std::string_view advice_for_shortage(int error) noexcept {
    switch (error) {
        case EAGAIN:  // from fork(2), or from execve(2): the user has too many processes already
            return "raise the limit of processes (ulimit -u, TasksMax=)";
        case EMFILE:
            return "raise the limit of open files (ulimit -n, LimitNOFILE=)";
        case ENFILE:
            return "raise the system's limit of open files (sysctl fs.file-max)";
        case ENOMEM:
            return "free memory, or raise its limit (ulimit -v, MemoryMax=)";
        case ENOSPC:
            return "free some space";
        case EDQUOT:
            return "free some space, or raise the quota";
        case EFBIG:
            return "raise the limit of the size of files (ulimit -f, LimitFSIZE=)";
        default:
            return {};
    }
}

}  // namespace pipeline
