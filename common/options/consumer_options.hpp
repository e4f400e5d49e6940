// SPDX-License-Identifier: Apache-2.0
// A consumer's command line, in both directions: the supervisor builds it, the consumer parses it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/cli/command_line.hpp"
#include "common/options/pipeline_options.hpp"

namespace pipeline {

struct ConsumerOptions : PipelineOptions, WorkOptions {
    // The consumer's number in the ring (Ring::hand()): 0..kMaxPlaces-1, must be given.
    std::uint32_t place = 0;
    // True: the process does not consume, but answers requests on standard input, as the isolated processor
    // of a consumer (--isolate).
    bool serve = false;
    pid_t parent = 0;                // the supervisor's process id; must be given
    std::uint32_t cache_memory = 0;  // the descriptor of cache_memory.hpp; 0: none
};

// Declares the consumer's command line, bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ConsumerOptions& options);

// Parses `arguments`, which exclude the program's name. Throws Failure Usage, whose message is one line.
[[nodiscard]] std::variant<ConsumerOptions, EarlyExit> parse_consumer_options(
    std::span<const char* const> arguments);

// Returns the arguments, without the program's name, that parse_consumer_options() turns into the same
// options.
[[nodiscard]] std::vector<std::string> to_arguments(const ConsumerOptions& options);

}  // namespace pipeline
