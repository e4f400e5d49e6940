// SPDX-License-Identifier: Apache-2.0
// The options that the supervisor takes and passes on to its children, as three structs: those of every
// process of a pipeline, those of the producer, and those of consumers. A program's own options derive from
// the structs that it needs, and pipeline_groups() declares each option once for all of them: the same
// declaration parses the supervisor's command line, shows the arguments of its children, and parses theirs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/log.hpp"
#include "common/cli/option_groups.hpp"
#include "common/options/outside_options.hpp"
#include "common/options/shared_options.hpp"
#include "common/options/spool_options.hpp"
#include "common/spec/ledger_spec.hpp"
#include "common/spec/process_spec.hpp"
#include "common/spec/source_spec.hpp"

namespace pipeline {

// Every process of a pipeline has these.
struct PipelineOptions {
    std::string name = kDefaultName;
    SourceSpec source;  // consumers find the invoices' files by it; for the supervisor see Options
    std::uint32_t batch_max = 256;  // 1..kMaxBatch
    // The supervisor's limit; children keep it when the supervisor is dead. 1ms..24h.
    std::chrono::nanoseconds drain_timeout = std::chrono::seconds(60);
    LogLevel log_level = LogLevel::Info;
};

// How the producer acquires.
struct SourceOptions {
    bool once = false;           // finish when the source has nothing more
    std::optional<double> rate;  // invoices per second; none: no limit
    SpoolOptions spool;
};

// How consumers process and book.
struct WorkOptions {
    ProcessSpec process;
    OutsideOptions outside;
    LedgerSpec ledger;               // for the supervisor see Options
    std::uint32_t max_attempts = 3;  // 1..255
    // The supervisor enforces it. A consumer enforces it for external work, and names it in the reason of an
    // invoice that exceeded it. 1ms..365 days; 0: none.
    std::chrono::nanoseconds item_timeout = std::chrono::minutes(5);
    std::chrono::nanoseconds flush_interval = std::chrono::milliseconds(100);  // 1ms..1h
};

// The fields that a program has. A null pointer: it does not take those options.
struct PipelineFields {
    PipelineOptions& pipeline;
    SourceOptions* source;
    WorkOptions* work;
};

// The sections of --help, in their order, and the titles that a program gives to them. Sections with the same
// title are one group.
enum class HelpSection : std::uint8_t { WhatToDo, Spools, Programs, Limits, Places, Other };
using HelpTitles = std::array<std::string_view, 6>;
inline constexpr HelpTitles kChildTitles = {"What to do",       "Spools",     "Work outside",
                                            "Sizes and limits", "What to do", "Other"};

// For `missing` of an option that a child must get.
inline constexpr const char* kGivenBySupervisor = "the supervisor gives it";

// Declares the options, bound to the fields, in the order in which --help shows them.
[[nodiscard]] std::vector<OptionGroup> pipeline_groups(const PipelineFields& fields,
                                                       const HelpTitles& titles);

}  // namespace pipeline
