// SPDX-License-Identifier: Apache-2.0
#include "observer/process_state.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "common/lineage.hpp"

namespace pipeline {
namespace {

// True if it is stopped, by a signal or by a debugger.
bool is_stopped(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    // The name before the state letter may hold anything: what follows the last parenthesis is the state.
    const auto end_of_name = line.rfind(") ");
    if (end_of_name == std::string::npos || end_of_name + 2 >= line.size()) return false;
    return line[end_of_name + 2] == 'T' || line[end_of_name + 2] == 't';
}

}  // namespace

ProcessState process_state(std::uint32_t pid) {
    if (pid == 0) return ProcessState::Absent;
    const auto process = static_cast<pid_t>(pid);
    if (!is_alive(process)) return ProcessState::Dead;
    return is_stopped(process) ? ProcessState::Stopped : ProcessState::Running;
}

std::uint64_t private_bytes(std::uint32_t pid) {
    std::ifstream file(fmt::format("/proc/{}/statm", pid));
    std::uint64_t virtual_pages = 0;
    std::uint64_t resident_pages = 0;
    std::uint64_t shared_pages = 0;
    if (pid == 0 || !(file >> virtual_pages >> resident_pages >> shared_pages)) return 0;
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
    }
    return "absent";
}

}  // namespace pipeline
