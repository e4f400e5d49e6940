// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/mishap.hpp"

#include <cerrno>

#include "common/base/shortage.hpp"
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

std::string advice_for(const Mishap& mishap, std::uint64_t memory_limit) {
    if (mishap.step == Mishap::Step::Limit) {
        return "--memory-limit " + byte_size_text(memory_limit) +
               " needs a hard limit of addresses that is no lower (RLIMIT_AS; ulimit -Hv, LimitAS=), and "
               "setrlimit(2) (SystemCallFilter=)";
    }
    if (mishap.step != Mishap::Step::Exec) return {};
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
                          advice_for(mishap, memory_limit));
}

}  // namespace pipeline
