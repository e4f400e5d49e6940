// SPDX-License-Identifier: Apache-2.0
// Options of work that is done outside the consumers, in processes of its own: by the user's program
// (--process exec:... and each:...) or, with --isolate, by a processor of ours. The supervisor has them and
// hands them to its consumers.
#pragma once

#include <cstdint>
#include <vector>

#include "common/cli/command_line.hpp"

namespace pipeline {

// What a program is sent for each invoice: its id, or a JSON object that says more.
enum class RequestForm : std::uint8_t { Id, Json };

struct OutsideOptions {
    bool isolate = false;  // our own processor runs outside too
    RequestForm request = RequestForm::Id;
    std::uint32_t pipeline = 1;             // requests that one child may have at a time, 1..kMaxBatch
    std::uint64_t memory_limit = 0;         // bytes of address space of a child; 0: none
    std::uint32_t max_items_per_child = 0;  // then it is replaced by a fresh one; 0: never
};

// The options bound to the fields, in the order in which --help shows them.
[[nodiscard]] std::vector<CommandOption> outside_options(OutsideOptions& fields);

}  // namespace pipeline
