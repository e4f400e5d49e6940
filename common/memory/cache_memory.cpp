// SPDX-License-Identifier: Apache-2.0
#include "common/memory/cache_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "common/base/fd.hpp"

namespace pipeline {
namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;

std::atomic<int> own{-1};

bool is_cache_memory(int fd) noexcept {
    struct stat status {};
    return ::fcntl(fd, F_GET_SEALS) == kSeals && ::fstat(fd, &status) == 0 && status.st_size == kCacheBytes;
}

}  // namespace

int make_cache_memory() noexcept {
    if (own >= 0) return own;
    UniqueFd fd(::memfd_create("invoice-pipeline-cache", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd) fd.reset(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!fd || ::ftruncate(fd.get(), kCacheBytes) != 0 || ::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0)
        return -1;
    own = fd.release();
    return own;
}

void adopt_cache_memory(int fd) noexcept {
    if (is_cache_memory(fd) && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) own = fd;
}

int cache_memory() noexcept {
    return own;
}

}  // namespace pipeline
