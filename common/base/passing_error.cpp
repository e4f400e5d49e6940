// SPDX-License-Identifier: Apache-2.0
#include "common/base/passing_error.hpp"

#include <cerrno>

#include "common/base/shortage.hpp"

namespace pipeline {

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
