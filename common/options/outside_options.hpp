// SPDX-License-Identifier: Apache-2.0
// Options for work that children of the consumers do: the user's programs (--process exec:... and each:...)
// or, with --isolate, a processor of ours. The supervisor accepts these options and passes them on to its
// consumers.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "common/cli/command_option.hpp"
#include "common/spec/same_number.hpp"

namespace pipeline {

// The request that a program gets for each invoice: the invoice's id; a JSON object with more data; or a line
// with the body's length and the id, and then the body.
enum class RequestForm : std::uint8_t { Id, Json, Raw };

// The standard input of a program of each:: nothing (/dev/null), or the invoice's body.
enum class InputForm : std::uint8_t { None, Body };

inline constexpr std::chrono::seconds kDefaultStartTimeout{30};
inline constexpr std::uint64_t kDefaultInvoiceSize = std::uint64_t{100} << 20U;

struct OutsideOptions {
    bool isolate = false;                                  // run our own processor in a child too
    std::uint64_t invoice_max_size = kDefaultInvoiceSize;  // bytes of a file that `invoice` reads
    SameNumber same_number = SameNumber::Mark;
    bool confine = false;  // keep programs from segments and ledger; start none if that is impossible
    RequestForm request = RequestForm::Id;
    std::uint32_t pipeline = 1;             // the most unanswered requests per child, 1..kMaxBatch
    std::uint64_t memory_limit = 0;         // bytes of address space for processing an invoice; 0: no limit
    std::uint32_t max_items_per_child = 0;  // replace a child after so many invoices; 0: never
    // The longest time from a program's start until it reads its first request; 0: no limit.
    std::chrono::nanoseconds start_timeout = kDefaultStartTimeout;
    InputForm standard_input = InputForm::None;  // of a program of each:
    bool keep_output = false;  // store what a program of each: writes to its standard output
};

// Declares the options, bound to `fields`, in the order in which --help shows them.
[[nodiscard]] std::vector<CommandOption> outside_options(OutsideOptions& fields);

}  // namespace pipeline
