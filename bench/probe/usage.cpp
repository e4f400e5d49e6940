// SPDX-License-Identifier: Apache-2.0
#include "bench/probe/usage.hpp"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace pipeline::bench {
namespace {

// The number behind `key` in a file of "key: number" lines, 0 if it is not there.
std::uint64_t number_in(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    for (std::string word; file >> word;) {
        if (word != key) continue;
        std::uint64_t value = 0;
        file >> value;
        return value;
    }
    return 0;
}

}  // namespace

Usage usage_of(const std::vector<pid_t>& pids) {
    Usage usage;
    for (const pid_t pid : pids) {
        std::uint64_t ran_ns = 0;
        std::ifstream(fmt::format("/proc/{}/schedstat", pid)) >> ran_ns;
        usage.processor_ns += ran_ns;
        const std::string status = fmt::format("/proc/{}/status", pid);
        usage.switches += number_in(status, "voluntary_ctxt_switches:");
        usage.switches += number_in(status, "nonvoluntary_ctxt_switches:");
    }
    return usage;
}

std::uint64_t memory_of(const std::vector<pid_t>& pids) {
    std::uint64_t kibibytes = 0;
    for (const pid_t pid : pids) kibibytes += number_in(fmt::format("/proc/{}/smaps_rollup", pid), "Pss:");
    return kibibytes * 1024;
}

FutexCounter::FutexCounter(const std::vector<pid_t>& pids) {
    std::uint64_t id = 0;
    for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
        if (id == 0) std::ifstream(std::string(root) + "/events/syscalls/sys_enter_futex/id") >> id;
    }
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.size = sizeof attributes;
    attributes.config = id;
    for (const pid_t pid : pids) {
        const long fd =
            id == 0 ? -1 : ::syscall(SYS_perf_event_open, &attributes, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
        works_ = works_ && fd >= 0;
        counters_.push_back(static_cast<int>(fd));
    }
}

FutexCounter::~FutexCounter() {
    for (const int fd : counters_) {
        if (fd >= 0) ::close(fd);
    }
}

std::optional<std::uint64_t> FutexCounter::calls() const {
    if (!works_) return std::nullopt;
    std::uint64_t sum = 0;
    for (const int fd : counters_) {
        std::uint64_t count = 0;
        if (::read(fd, &count, sizeof count) != sizeof count) return std::nullopt;
        sum += count;
    }
    return sum;
}

}  // namespace pipeline::bench
