// SPDX-License-Identifier: Apache-2.0
// A consumer's command line, in both directions: the supervisor builds it, the consumer parses it.
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
    SourceSpec source;        // must be given: the processor needs it to find an invoice's file
    ProcessSpec process;
    OutsideOptions outside;
    // Do not consume, but answer requests on standard input, as an isolated processor (--isolate).
    bool serve = false;
    LedgerSpec ledger;  // must be given
    std::uint32_t batch_max = kDefaultBatchMax;
    std::uint32_t max_attempts = kDefaultMaxAttempts;
    // The supervisor's limit. A consumer enforces it for external work, and names it in the reason of an
    // invoice that exceeded it; 0: none.
    std::chrono::nanoseconds item_timeout = kDefaultItemTimeout;
    std::chrono::nanoseconds flush_interval = kDefaultFlushInterval;
    LogLevel log_level = LogLevel::Info;
    pid_t parent = 0;  // must be given
    // How long it retries the ledger when the supervisor is dead.
    std::chrono::nanoseconds drain_timeout = kDefaultDrainTimeout;
};

// Declares its command line, bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ConsumerOptions& options);

// `arguments` excludes the program's name. Throws Failure (Usage), one line.
[[nodiscard]] std::variant<ConsumerOptions, EarlyExit> parse_consumer_options(
    std::span<const char* const> arguments);

// The arguments, without the program's name, that parse_consumer_options() turns into the same options.
[[nodiscard]] std::vector<std::string> to_arguments(const ConsumerOptions& options);

}  // namespace pipeline
