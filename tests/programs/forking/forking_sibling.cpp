// SPDX-License-Identifier: Apache-2.0
// Takes the place of supervisor/children/sibling.cpp: the child is a fork of the supervisor that does what
// the program's main() does. Loading a program takes most of a short life; without it a storm kills where the
// work is.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "common/base/error.hpp"
#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"
#include "common/os/program.hpp"
#include "common/os/signals.hpp"
#include "supervisor/children/sibling.hpp"
#include "tests/programs/forking/roles.hpp"

namespace pipeline {
namespace {

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments,
                         pid_t parent) noexcept {
    ::close_range(3, ~0U, 0);  // as exec would: all of them are close-on-exec
    if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || ::getppid() != parent)
        ::_exit(to_int(ExitStatus::Internal));
    block_signals(kPipelineSignals);
    std::vector<const char*> pointers;
    for (const auto& argument : arguments) pointers.push_back(argument.c_str());
    if (program == "producer") {
        ::_exit(run_program(
            program, [&] { return parse_producer_options(pointers); }, test::produce_in_test,
            OnShortage::Waits));
    }
    ::_exit(run_program(
        program, [&] { return parse_consumer_options(pointers); }, test::consume_in_test, OnShortage::Waits));
}

}  // namespace

// Its standard output is this process's.
Sibling start_sibling(const std::string& program, const std::vector<std::string>& arguments, StandardInput,
                      int /*output*/) {
    const pid_t parent = ::getpid();
    Sibling child;
    child.pid = ::fork();
    if (child.pid < 0) throw sibling_failure(program, {Mishap::Step::Fork, errno});
    if (child.pid == 0) become(program, arguments, parent);
    child.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
    const int error = errno;
    child.started_ticks = ProcessId::of(child.pid).started_ticks;
    if (child.pidfd) return child;
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    throw sibling_failure(program, {Mishap::Step::Pidfd, error});
}

Failure sibling_failure(const std::string& program, const Mishap& mishap) {
    return system_failure(ExitStatus::InputOutput, "starting", program, mishap.error);
}

}  // namespace pipeline
