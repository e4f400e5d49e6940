// SPDX-License-Identifier: Apache-2.0
// The producer's command line, in both directions: the supervisor builds it, the producer parses it.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/cli/command_line.hpp"
#include "common/options/pipeline_options.hpp"

namespace pipeline {

struct ProducerOptions : PipelineOptions, SourceOptions {
    pid_t parent = 0;                // the supervisor's process id; must be given
    std::uint32_t cache_memory = 0;  // the descriptor of cache_memory.hpp; 0: none
    bool probe = false;              // only say whether the source can be used (probe_source())
    // With `probe`, for a source in the ledger's database.
    LedgerSpec ledger{LedgerSpec::Kind::None, {}, {}};
};

// Declares the producer's command line, bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ProducerOptions& options);

// Parses `arguments`, which exclude the program's name. Throws Failure Usage, whose message is one line.
[[nodiscard]] std::variant<ProducerOptions, EarlyExit> parse_producer_options(
    std::span<const char* const> arguments);

// Returns the arguments, without the program's name, that parse_producer_options() turns into the same
// options.
[[nodiscard]] std::vector<std::string> to_arguments(const ProducerOptions& options);

}  // namespace pipeline
