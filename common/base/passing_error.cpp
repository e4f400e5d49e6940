// SPDX-License-Identifier: Apache-2.0
#include "common/base/passing_error.hpp"

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

bool is_passing_error(int error) noexcept {
    switch (error) {
        case EINTR:
        case EIO:
        case EBUSY:
        case EUCLEAN:  // the file system is damaged: one directory or inode, or the whole disk
        case EBADMSG:
        case ENOBUFS:
        // Network file systems, and file systems in user space whose server is gone:
        case ESTALE:
        case ETIMEDOUT:
        case EREMOTEIO:
        case ENOLINK:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ECONNREFUSED:
        case ECONNRESET:
        case ECONNABORTED:
        case ENOTCONN:
        case EPIPE:
        case EKEYEXPIRED:
        case ENOKEY:
            return true;
        default:
            return is_shortage(error);
    }
}

}  // namespace pipeline
