// SPDX-License-Identifier: Apache-2.0
// The frame of every main(): runs the program's work, catches its errors, and turns each into one line on
// stderr and an exit status.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <variant>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/output.hpp"
#include "common/base/passing_error.hpp"
#include "common/base/printable.hpp"
#include "common/cli/command_line.hpp"
#include "common/os/inheritance.hpp"

namespace pipeline {

// Decides the exit status of a program that runs out of memory or descriptors. Ends: the status of that
// error. Waits: always InputOutput. The supervisor's children use Waits, because the supervisor restarts a
// child that ends with InputOutput, until the child gets what it needs.
enum class OnShortage { Ends, Waits };

// True if the C++ runtime could reserve its memory for exceptions before main(). Without that memory, the
// first throw would abort. The function tries to allocate more than the runtime reserves: if it can, the
// runtime could too.
[[nodiscard]] inline bool can_throw() noexcept {
    constexpr std::size_t kMoreThanThat = std::size_t{256} << 10U;
    void* volatile probe = std::malloc(kMoreThanThat);
    std::free(probe);
    return probe != nullptr;
}

// Calls `parse`, which returns std::variant<Options, EarlyExit>. Then calls `work` with the Options; `work`
// returns the ExitStatus. Both may throw. Returns the value for main() to return. Prints a usage error
// without time and level, because the person who typed the command reads it. Prints any other error as a log
// line.
template <class Parse, class Work>
[[nodiscard]] int run_program(std::string_view program, Parse&& parse, Work&& work,
                              OnShortage on_shortage = OnShortage::Ends) noexcept {
    const bool waits = on_shortage == OnShortage::Waits;
    mend_inheritance();
    if (!can_throw()) {
        const std::string_view advice = advice_for_shortage(ENOMEM);
        ::dprintf(STDERR_FILENO, "%.*s: out of memory; %s\n", static_cast<int>(program.size()),
                  program.data(), advice.data());
        return to_int(ExitStatus::InputOutput);
    }
    try {
        configure_log(program, LogLevel::Info);
        const auto parsed = parse();
        if (const auto* answer = std::get_if<EarlyExit>(&parsed)) {
            print_output(answer->text);
            return to_int(ExitStatus::Drained);
        }
        const auto& options = std::get<0>(parsed);
        configure_log(program, options.log_level, options.log_format);
        return to_int(work(options));
    } catch (const Failure& failure) {
        if (failure.status() == ExitStatus::Usage) {
            fmt::print(stderr, "{}: {}\n", program, safe_line(failure.what()));
        } else {
            write_log(LogLevel::Error, failure.what());
        }
        return to_int(waits && failure.may_pass() ? ExitStatus::InputOutput : failure.status());
    } catch (const std::bad_alloc&) {
        log(LogLevel::Error, "out of memory; {}", advice_for_shortage(ENOMEM));
        return to_int(waits ? ExitStatus::InputOutput : ExitStatus::Internal);
    } catch (const std::exception& exception) {
        write_log(LogLevel::Error, exception.what());
        return to_int(ExitStatus::Internal);
    }
}

}  // namespace pipeline
