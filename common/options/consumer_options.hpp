// SPDX-License-Identifier: Apache-2.0
// A consumer's command line, in both directions: the supervisor makes it, the consumer parses it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"
#include "common/options/outside_options.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

struct ConsumerOptions {
    std::string name = kDefaultName;
    std::uint32_t place = 0;  // 0..kMaxPlaces-1, must be given
    SourceSpec source;        // must be given: the processor finds an invoice's file by it
    ProcessSpec process;
    OutsideOptions outside;
    // Instead of being a consumer: answer requests on standard input, as an isolated processor (--isolate).
    bool serve = false;
    LedgerSpec ledger;  // must be given
    std::uint32_t batch_max = kDefaultBatchMax;
    std::uint32_t max_attempts = kDefaultMaxAttempts;
    // The supervisor's limit, which a consumer enforces for work outside of it, and names in the reason of an
    // invoice that was longer in work; 0: none.
    std::chrono::nanoseconds item_timeout = kDefaultItemTimeout;
    std::chrono::nanoseconds flush_interval = kDefaultFlushInterval;
    LogLevel log_level = LogLevel::Info;
    pid_t parent = 0;  // must be given
    // How long it tries to reach the ledger when the supervisor is dead.
    std::chrono::nanoseconds drain_timeout = kDefaultDrainTimeout;
};

// What its command line is, bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ConsumerOptions& options);

// `arguments` are without the program's name. Throws Failure (Usage), one line.
[[nodiscard]] std::variant<ConsumerOptions, EarlyExit> parse_consumer_options(
    std::span<const char* const> arguments);

// The arguments, without the program's name, that parse_consumer_options() turns into the same options.
[[nodiscard]] std::vector<std::string> to_arguments(const ConsumerOptions& options);

}  // namespace pipeline
