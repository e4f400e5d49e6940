// SPDX-License-Identifier: Apache-2.0
#include "common/outside/mishap.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "common/base/passing_error.hpp"
#include "common/base/printable.hpp"
#include "common/spec/byte_size.hpp"

namespace pipeline {
namespace {

const char* call_of(Mishap::Step step) noexcept {
    switch (step) {
        case Mishap::Step::Pipe:
            return "opening pipes for";
        case Mishap::Step::Fork:
            return "fork for starting";
        case Mishap::Step::Pidfd:
            return "pidfd_open for";
        case Mishap::Step::Prepare:
            return "preparing the process for";
        case Mishap::Step::Limit:
            return "limiting the memory of";
        case Mishap::Step::Confine:
            return "confining";
        case Mishap::Step::Exec:
            break;
    }
    return "executing";
}

// Returns advice for a file that exists, but cannot be executed because its interpreter does not exist.
std::string advice_on_interpreter(const std::string& path) {
    std::array<char, 256> first_line{};
    std::ifstream(path).getline(first_line.data(), first_line.size());
    const std::string line(first_line.data());
    if (!line.starts_with("#!")) return {};
    const auto begin = line.find_first_not_of(" \t", 2);
    if (begin == std::string::npos) return {};
    const std::string interpreter = line.substr(begin, line.find_first_of(" \t", begin) - begin);
    return fmt::format("its first line names the interpreter {}, which is not there{}",
                       in_quotes(interpreter),
                       line.ends_with('\r') ? "; the file has the line ends of Windows" : "");
}

std::string advice_for(const Mishap& mishap, const std::string& path, std::uint64_t memory_limit) {
    if (mishap.step == Mishap::Step::Limit) {
        return "--memory-limit " + byte_size_text(memory_limit) +
               " needs a hard limit of addresses that is no lower (RLIMIT_AS; ulimit -Hv, LimitAS=), and "
               "setrlimit(2) (SystemCallFilter=)";
    }
    if (mishap.step != Mishap::Step::Exec) return {};
    if (mishap.error == ENOENT) return advice_on_interpreter(path);
    if (mishap.error == ENOEXEC) return "a script begins with a line like #!/bin/sh";
    if (mishap.error == ETXTBSY) return "somebody is writing it";
    if (mishap.error == ENOMEM && memory_limit != 0) return "give it a higher --memory-limit";
    return {};
}

}  // namespace

bool may_pass(const Mishap& mishap, std::uint64_t memory_limit) noexcept {
    if (mishap.error == EINTR) return true;
    if (mishap.step != Mishap::Step::Exec) return is_shortage(mishap.error);
    return mishap.error == ETXTBSY ||
           (is_shortage(mishap.error) && (mishap.error != ENOMEM || memory_limit == 0));
}

Failure failure_of(const Mishap& mishap, const std::string& path, std::uint64_t memory_limit) {
    return system_failure(ExitStatus::NoInput, call_of(mishap.step), path, mishap.error,
                          advice_for(mishap, path, memory_limit));
}

}  // namespace pipeline
