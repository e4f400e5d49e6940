// SPDX-License-Identifier: Apache-2.0
#include "common/memory/memory_limit.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
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

// True if limit_memory() has set the limit that holds.
std::atomic<bool> is_ours{false};

void change_limit(std::int64_t bytes) noexcept {
    rlimit limit{};
    if (!is_ours.load(std::memory_order_relaxed) || ::getrlimit(RLIMIT_AS, &limit) != 0) return;
    limit.rlim_cur += static_cast<rlim_t>(bytes);
    static_cast<void>(::setrlimit(RLIMIT_AS, &limit));  // beyond the hard limit it stays
}

}  // namespace

OwnMemory::OwnMemory(std::uint64_t bytes) noexcept : bytes_(bytes) {
    change_limit(static_cast<std::int64_t>(bytes_));
}

OwnMemory::~OwnMemory() {
    if (bytes_ != 0) change_limit(-static_cast<std::int64_t>(bytes_));
}

void limit_memory(std::uint64_t bytes) {
    if (bytes == 0) return;
    rlimit limit{};
    const rlim_t wanted = mapped_bytes() + kOwnMemory + bytes;
    const bool is_known = ::getrlimit(RLIMIT_AS, &limit) == 0;
    const bool is_lower = wanted < limit.rlim_cur && wanted <= limit.rlim_max;
    limit.rlim_cur = std::min({wanted, limit.rlim_cur, limit.rlim_max});  // RLIM_INFINITY is the greatest
    if (is_known && ::setrlimit(RLIMIT_AS, &limit) == 0) {
        is_ours.store(is_lower, std::memory_order_relaxed);
        return;
    }
    throw system_failure(ExitStatus::NoInput, "limiting the memory of", "a consumer", errno,
                         "--memory-limit needs setrlimit(2) (SystemCallFilter=)");
}

}  // namespace pipeline
