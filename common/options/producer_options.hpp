// SPDX-License-Identifier: Apache-2.0
// The producer's command line, in both directions: the supervisor builds it, the producer parses it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"
#include "common/options/shared_options.hpp"
#include "common/options/spool_options.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

struct ProducerOptions {
    std::string name = kDefaultName;
    SourceSpec source;  // must be given
    bool once = false;
    std::optional<double> rate;  // invoices a second; none: no limit
    SpoolOptions spool;
    std::uint32_t batch_max = kDefaultBatchMax;
    LogLevel log_level = LogLevel::Info;
    pid_t parent = 0;  // must be given
    // How long it waits for consumers when the supervisor is dead.
    std::chrono::nanoseconds drain_timeout = kDefaultDrainTimeout;
};

// Declares its command line, bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ProducerOptions& options);

// `arguments` excludes the program's name. Throws Failure (Usage), one line.
[[nodiscard]] std::variant<ProducerOptions, EarlyExit> parse_producer_options(
    std::span<const char* const> arguments);

// The arguments, without the program's name, that parse_producer_options() turns into the same options.
[[nodiscard]] std::vector<std::string> to_arguments(const ProducerOptions& options);

}  // namespace pipeline
