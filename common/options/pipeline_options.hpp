// SPDX-License-Identifier: Apache-2.0
// The options that the supervisor accepts and passes on to its children, in three structs: for every process
// of a pipeline, for the producer, and for consumers. The options of each program derive from the structs
// that it needs. pipeline_groups() declares each option once for all programs: the same declaration parses
// the supervisor's command line, writes the command lines of its children, and parses them there.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/log.hpp"
#include "common/cli/option_groups.hpp"
#include "common/options/outside_options.hpp"
#include "common/options/retry_options.hpp"
#include "common/options/shared_options.hpp"
#include "common/options/spool_options.hpp"
#include "common/shm/segment_path.hpp"
#include "common/spec/ledger_spec.hpp"
#include "common/spec/process_spec.hpp"
#include "common/spec/source_spec.hpp"

namespace pipeline {

// Options of every process of a pipeline.
struct PipelineOptions {
    std::string name = kDefaultName;
    std::filesystem::path shm_dir = kSharedMemory;  // the segments' directory, absolute
    // Consumers find the invoices' files by the source. supervisor/options/options.hpp has the supervisor's
    // default.
    SourceSpec source;
    std::string origin;             // SourceSpec::origin
    std::uint32_t batch_max = 256;  // 1..kMaxBatch
    // The most attempts that begin in a second, over all consumers; none: no limit. The producer pushes only
    // items whose attempts can begin soon.
    std::optional<double> rate;
    // The longest time that a drain may take: 1ms..24h. The supervisor enforces this limit. If it has died,
    // its children do.
    std::chrono::nanoseconds drain_timeout = std::chrono::seconds(60);
    LogLevel log_level = LogLevel::Info;
    LogFormat log_format = LogFormat::Text;

    // Returns the name for Segments::open().
    [[nodiscard]] std::string segments() const { return segments_in(shm_dir, name); }
    // Call when the options are parsed.
    void name_source() { source.origin = origin; }
};

inline constexpr std::uint64_t kLeastBodyMax = std::uint64_t{1} << 10U;
inline constexpr std::uint64_t kMostBodyMax = std::uint64_t{60} << 20U;  // a row of the ledger holds it

// Options of the producer.
struct SourceOptions {
    bool once = false;  // finish when the source has nothing more
    // When an exec: source that has ended well is started again, counted from its last start: 10ms..24h.
    // None: see ExecSource.
    std::optional<std::chrono::nanoseconds> every;
    std::optional<std::chrono::nanoseconds> hold_for;  // the longest hold; none: without end
    // The longest body that an invoice may have, in bytes: kLeastBodyMax..kMostBodyMax.
    std::uint64_t body_max = std::uint64_t{1} << 20U;
    SpoolOptions spool;
};

// Options of consumers.
struct WorkOptions {
    ProcessSpec process;
    OutsideOptions outside;
    LedgerSpec ledger;               // the supervisor's default is in supervisor/options/options.hpp
    std::uint32_t max_attempts = 3;  // 1..255
    RetryOptions retry;
    // The longest time that an attempt at an invoice may take: 1ms..365 days; 0: no limit. The supervisor
    // enforces this limit; for work outside, the consumer does. If an invoice exceeds the limit, the consumer
    // names the limit in the reason.
    std::chrono::nanoseconds item_timeout = std::chrono::minutes(5);
    std::chrono::nanoseconds flush_interval = std::chrono::milliseconds(100);  // 1ms..1h
};

// The structs of a program that its options fill. If `source` or `work` is null, the program does not accept
// the options of that struct.
struct PipelineFields {
    PipelineOptions& pipeline;
    SourceOptions* source;
    WorkOptions* work;
};

// The sections of --help, in their order. A program gives a title to each section; sections with the same
// title become one group.
enum class HelpSection : std::uint8_t { WhatToDo, Spools, Programs, Limits, Places, Other };
using HelpTitles = std::array<std::string_view, 6>;
inline constexpr HelpTitles kChildTitles = {"What to do",       "Spools",     "Work outside",
                                            "Sizes and limits", "What to do", "Other"};

// The text of CommandOption::missing for each option that the supervisor must give to a child.
inline constexpr const char* kGivenBySupervisor = "the supervisor gives it";

// Declares the options, bound to the fields, in the order in which --help shows them.
[[nodiscard]] std::vector<OptionGroup> pipeline_groups(const PipelineFields& fields,
                                                       const HelpTitles& titles);

}  // namespace pipeline
