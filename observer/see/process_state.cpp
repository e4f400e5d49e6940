// SPDX-License-Identifier: Apache-2.0
#include "observer/see/process_state.hpp"

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "common/shm/loaded.hpp"

namespace pipeline {
namespace {

// True if a signal or a debugger has stopped the process.
bool is_stopped(std::uint32_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    // The name before the state letter may contain anything: the state follows the last parenthesis.
    const auto end_of_name = line.rfind(") ");
    if (end_of_name == std::string::npos || end_of_name + 2 >= line.size()) return false;
    return line[end_of_name + 2] == 'T' || line[end_of_name + 2] == 't';
}

}  // namespace

Reach reach_of(const SegmentsView& segments) {
    const std::uint64_t theirs = loaded(segments.ring().area().pid_namespace);
    // 0: the pid namespace of the pipeline's processes is unknown, and does not count as this process's own.
    if (theirs != 0 && theirs == own_pid_namespace()) return Reach::Here;
    const auto are_in_use = segments.are_in_use();
    if (!are_in_use) return Reach::Elsewhere;
    return *are_in_use ? Reach::AliveElsewhere : Reach::DeadElsewhere;
}

ProcessState process_state(ProcessId process, Reach reach) {
    if (process.pid == 0) return ProcessState::Absent;
    switch (reach) {
        case Reach::Here:
            break;
        case Reach::DeadElsewhere:
            return ProcessState::Dead;
        case Reach::AliveElsewhere:
        case Reach::Elsewhere:
            return ProcessState::Unknown;
    }
    if (!process.is_alive()) return ProcessState::Dead;
    return is_stopped(process.pid) ? ProcessState::Stopped : ProcessState::Running;
}

std::uint64_t private_bytes(ProcessId process, ProcessState state) {
    if (state != ProcessState::Running && state != ProcessState::Stopped) return 0;
    std::ifstream file(fmt::format("/proc/{}/statm", process.pid));
    std::uint64_t virtual_pages = 0;
    std::uint64_t resident_pages = 0;
    std::uint64_t shared_pages = 0;
    if (!(file >> virtual_pages >> resident_pages >> shared_pages)) return 0;
    if (shared_pages > resident_pages) return 0;
    return (resident_pages - shared_pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string_view to_text(ProcessState state) noexcept {
    switch (state) {
        case ProcessState::Absent:
            break;
        case ProcessState::Running:
            return "running";
        case ProcessState::Stopped:
            return "stopped";
        case ProcessState::Dead:
            return "dead";
        case ProcessState::Unknown:
            return "unknown";
    }
    return "absent";
}

}  // namespace pipeline
