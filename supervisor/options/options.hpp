// SPDX-License-Identifier: Apache-2.0
// The supervisor's command line: the public contract of the whole system.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"
#include "common/cli/directories.hpp"
#include "common/options/outside_options.hpp"
#include "common/options/shared_options.hpp"
#include "common/options/spool_options.hpp"
#include "common/spec/specs.hpp"
#include "supervisor/options/consumer_range.hpp"

namespace pipeline {

// How the final report is written.
enum class ReportFormat : std::uint8_t { Text, Json };

struct Options {
    ConsumerRange consumers;
    SourceSpec source;  // default: spool:STATE/spool
    ProcessSpec process;
    OutsideOptions outside;
    LedgerSpec ledger;  // default: sqlite:STATE/invoices.db
    bool once = false;
    bool from_start = false;     // restart an ordered source at its beginning, even if the ledger knows it
    std::optional<double> rate;  // invoices per second; none: no limit
    SpoolOptions spool;
    std::string name = kDefaultName;
    std::uint32_t ring_capacity = 16'384;     // slots, kMinCapacity..kMaxCapacity
    std::uint32_t storage_capacity = 16'384;  // records, kMinCapacity..kMaxCapacity
    std::uint32_t batch_max = kDefaultBatchMax;
    std::chrono::nanoseconds item_timeout = kDefaultItemTimeout;  // 0: none
    std::uint32_t max_attempts = kDefaultMaxAttempts;
    std::chrono::nanoseconds flush_interval = kDefaultFlushInterval;
    std::chrono::nanoseconds drain_timeout = kDefaultDrainTimeout;
    std::filesystem::path state_dir;    // absolute; STATE
    std::filesystem::path runtime_dir;  // absolute; default: see directories.hpp, else STATE
    LogLevel log_level = LogLevel::Info;
    ReportFormat report = ReportFormat::Text;
};

// Declares the command line. It is bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(Options& options);

// `arguments` exclude the program's name; `environment` supplies the default directories. Makes every path
// absolute. Creates nothing and reads only the file of --config. Throws Failure with one line: Usage for a
// bad option, value or combination; Configuration or NoInput for that file.
[[nodiscard]] std::variant<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                                             const Environment& environment);

}  // namespace pipeline
