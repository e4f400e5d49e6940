// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/memory_limit.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

// proc(5), statm: the first number is the size of all mappings, in pages.
std::uint64_t mapped_bytes() {
    std::uint64_t pages = 0;
    if (std::ifstream("/proc/self/statm") >> pages)
        return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    throw Failure(ExitStatus::InputOutput, "reading /proc/self/statm: --memory-limit needs proc on /proc");
}

}  // namespace

void limit_memory(std::uint64_t bytes) {
    if (bytes == 0) return;
    rlimit limit{};
    const rlim_t wanted = mapped_bytes() + kOwnMemory + bytes;
    const bool is_known = ::getrlimit(RLIMIT_AS, &limit) == 0;
    limit.rlim_cur = std::min({wanted, limit.rlim_cur, limit.rlim_max});  // RLIM_INFINITY is the greatest
    if (is_known && ::setrlimit(RLIMIT_AS, &limit) == 0) return;
    throw system_failure(ExitStatus::NoInput, "limiting the memory of", "a consumer", errno,
                         "--memory-limit needs setrlimit(2) (SystemCallFilter=)");
}

}  // namespace pipeline
