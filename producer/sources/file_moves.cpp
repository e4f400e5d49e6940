// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/file_moves.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "common/os/file_identity.hpp"

namespace pipeline {

int FileMoves::take(int from, const char* name, int to) {
    if (!links_) return rename(from, name, to, name, RENAME_NOREPLACE);
    if (look_at(to, name)) return EEXIST;
    return errno == ENOENT ? rename(from, name, to, name, 0) : errno;
}

int FileMoves::give(int from, const char* name, int to, const char* to_name) {
    if (!links_) return rename(from, name, to, to_name, RENAME_NOREPLACE);
    int error = link(from, name, to, to_name);
    if (error == EEXIST) {
        const auto here = look_at(from, name);
        const auto there = look_at(to, to_name);
        if (here && there && here->identity == there->identity) error = 0;
    }
    // A kill here leaves the file with both names.
    return error != 0 ? error : unlink(from, name);
}

int FileMoves::rename(int from, const char* name, int to, const char* to_name, unsigned flags) {
    return ::renameat2(from, name, to, to_name, flags) == 0 ? 0 : errno;
}

int FileMoves::link(int from, const char* name, int to, const char* to_name) {
    return ::linkat(from, name, to, to_name, 0) == 0 ? 0 : errno;
}

int FileMoves::unlink(int folder, const char* name) {
    return ::unlinkat(folder, name, 0) == 0 ? 0 : errno;
}

}  // namespace pipeline
