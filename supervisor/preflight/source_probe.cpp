// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/source_probe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "common/base/error.hpp"
#include "supervisor/children/child_arguments.hpp"
#include "supervisor/children/sibling.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{20'000};
constexpr milliseconds kEndAtKill{2000};
constexpr std::size_t kMostSaid = 8192;

// Reads to the end. Returns false if that takes too long.
bool read_all(int fd, std::string& said, steady_clock::time_point until) {
    std::array<char, 1024> part{};
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
        if (left <= 0) return false;
        pollfd watched{fd, POLLIN, 0};
        if (::poll(&watched, 1, static_cast<int>(left)) <= 0) continue;
        const ssize_t bytes = ::read(fd, part.data(), part.size());
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0) return true;
        said.append(part.data(), std::min(static_cast<std::size_t>(bytes), kMostSaid - said.size()));
    }
}

}  // namespace

std::string ask_source(const Options& options) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw system_failure(ExitStatus::InputOutput, "pipe", "for asking the source", errno);
    const UniqueFd output(ends[0]);
    UniqueFd input(ends[1]);
    if (!move_above_streams(input))
        throw system_failure(ExitStatus::InputOutput, "moving a descriptor", "for asking the source", errno);
    auto arguments = producer_arguments(options);
    arguments.emplace_back("--probe");
    if (options.source.traits().is_in_ledger)
        arguments.insert(arguments.end(), {"--ledger", options.ledger.text()});
    Sibling child = start_sibling("producer", arguments, StandardInput::Null, input.get());
    input.reset();
    const auto until = steady_clock::now() + kPatience;
    const Start start = await_start(child, kPatience);
    if (start.state == Start::State::Failed) {
        kill_and_reap(child.pid, kEndAtKill);
        throw sibling_failure("producer", start.mishap);
    }
    std::string said;
    int status = 0;
    if (!read_all(output.get(), said, until) || ::waitpid(child.pid, &status, 0) != child.pid) {
        kill_and_reap(child.pid, kEndAtKill);
        throw Failure(ExitStatus::NoInput, "its server has not answered within 20s");
    }
    said.resize(std::min(said.find('\n'), said.size()));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return said;
    if (!WIFEXITED(status) || said.empty())
        throw Failure(ExitStatus::Internal, "the producer that asks its server has ended");
    throw Failure(static_cast<ExitStatus>(WEXITSTATUS(status)), said);
}

}  // namespace pipeline
