// SPDX-License-Identifier: Apache-2.0
#include "observer/process_state.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "common/lineage.hpp"

namespace pipeline {

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
