// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/sibling.hpp"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "common/base/passing_error.hpp"
#include "common/memory/cache_memory.hpp"

namespace pipeline {
namespace {

std::filesystem::path own_folder() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        throw system_failure(ExitStatus::CannotCreate, "reading", "/proc/self/exe", error.value(),
                             is_shortage(error.value()) ? "" : "proc must be mounted on /proc");
    }
    return program.parent_path();
}

UniqueFd open_null(const std::string& program) {
    UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null || !move_above_streams(null)) {
        throw system_failure(is_shortage(errno) ? ExitStatus::InputOutput : ExitStatus::CannotCreate,
                             "opening /dev/null for", program, errno);
    }
    return null;
}

}  // namespace

Sibling start_sibling(const std::string& program, const std::vector<std::string>& arguments,
                      StandardInput standard_input, int output) {
    const auto folder = own_folder();
    UniqueFd null;
    if (standard_input == StandardInput::Null) null = open_null(program);
    SpawnPlan plan;
    // The child tries the paths. This process does not look for the file: that may take long on a dead disk.
    plan.paths = {folder.parent_path() / CHILDREN_FOLDER / program, folder / program,
                  folder.parent_path() / program / program};
    plan.arguments = {program};
    plan.arguments.insert(plan.arguments.end(), arguments.begin(), arguments.end());
    plan.input = null.get();
    plan.output = output;
    plan.death_signal = SIGTERM;
    plan.kept = cache_memory();
    auto spawned = spawn(plan);
    if (const auto* mishap = std::get_if<Mishap>(&spawned)) throw sibling_failure(program, *mishap);
    Sibling child{std::move(std::get<Spawned>(spawned)), 0};
    child.started_ticks = ProcessId::of(child.pid).started_ticks;
    return child;
}

Failure sibling_failure(const std::string& program, const Mishap& mishap) {
    const std::string path = own_folder() / program;
    const auto failure = [&](const char* call, const std::string& object, const char* advice) {
        const bool is_written = mishap.step == Mishap::Step::Exec && mishap.error == ETXTBSY;
        const bool may_pass = is_written || is_shortage(mishap.error);
        return system_failure(may_pass ? ExitStatus::InputOutput : ExitStatus::CannotCreate, call, object,
                              mishap.error,
                              is_written ? "somebody is writing it"
                              : may_pass ? ""
                                         : advice);
    };
    switch (mishap.step) {
        case Mishap::Step::Pipe:
            return system_failure(ExitStatus::InputOutput, "pipe", "for starting " + path, mishap.error);
        case Mishap::Step::Fork:
            return system_failure(ExitStatus::InputOutput, "fork", "for starting " + path, mishap.error);
        case Mishap::Step::Pidfd:
            return failure("pidfd_open", "for " + path,
                           "Linux 5.4 or newer is needed, without a filter against it");
        case Mishap::Step::Prepare:
        case Mishap::Step::Limit:
        case Mishap::Step::Confine:
            return failure("preparing the process for", path, "");
        case Mishap::Step::Exec:
            break;
    }
    if (mishap.error == ENOENT) {
        return Failure(ExitStatus::CannotCreate, "program " + path + " is missing, there and in " +
                                                     (own_folder().parent_path() / CHILDREN_FOLDER).native() +
                                                     ": install the programs again");
    }
    return failure("executing", path, "install it again, so that this user can execute it");
}

}  // namespace pipeline
