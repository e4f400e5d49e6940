// SPDX-License-Identifier: Apache-2.0
// The supervisor's command line: the public contract of the whole system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "common/cli/command_line.hpp"
#include "common/cli/directories.hpp"
#include "common/core/layout.hpp"
#include "common/options/pipeline_options.hpp"
#include "supervisor/options/consumer_range.hpp"
#include "supervisor/options/halt_after.hpp"

namespace pipeline {

// How the final report is written.
enum class ReportFormat : std::uint8_t { Text, Json };

// The outcome of which one invoice is enough for exit status 1. Rejected: an invoice that is rejected or
// failed.
enum class FailOn : std::uint8_t { Failed, Rejected, Never };

// How the source was chosen. Given: by --source, on the command line or in the file of --config.
// StandardInput: by a command after "--", because ids may come from standard input. Default: STATE/spool.
enum class SourceChoice : std::uint8_t { Given, StandardInput, Default };

inline constexpr std::uint32_t kUsualRingCapacity = 16'384;

struct Options : PipelineOptions, SourceOptions, WorkOptions {
    ConsumerRange consumers;
    SourceChoice source_choice = SourceChoice::Given;
    bool has_command = false;  // a command after "--" was given
    std::string config_file;   // the file of --config, as it was given; empty: none
    // The inherited field `source` is spool:STATE/spool by default, and `ledger` is sqlite:STATE/invoices.db.
    // parse_options() always sets it, by default to Failed with --once and else to Never.
    std::optional<FailOn> fail_on;
    // Which options have a value that follows --once, because nobody has given one (follow_once()).
    struct OfOnce {
        bool hold_for = false;
        bool give_up_after = false;
        bool fail_on = false;
    };
    OfOnce of_once;
    std::optional<HaltAfter> halt_after;  // none: never
    bool from_start = false;  // restart an ordered source at its beginning, even if the ledger has a cursor
    // Slots, kMinCapacity..kMaxCapacity. With --halt-after, parse_options() lowers the default to a few for
    // each consumer: a drain processes everything that is in the ring.
    std::uint32_t ring_capacity = kUsualRingCapacity;
    std::uint32_t storage_capacity = 16'384;  // records, kMinCapacity..kMaxCapacity
    // The sizes of the byte areas of ring and storage, in bytes: at least least_body_capacity() and
    // least_result_capacity() of body_max, at most kMostByteCapacity.
    std::uint64_t body_capacity = kUsualByteCapacity;
    std::uint64_t result_capacity = kUsualByteCapacity;
    std::filesystem::path state_dir;  // absolute; STATE
    // True if a program that the user starts without --state-dir has this STATE too.
    bool is_usual_state_dir = false;
    std::filesystem::path runtime_dir;  // absolute; default_runtime_directory(), else STATE
    ReportFormat report = ReportFormat::Text;
    bool checks = false;        // say whether a start would succeed, and start nothing
    bool shows_config = false;  // print the settings, and start nothing; parse_options() acts on it
};

inline constexpr std::uint64_t kMostByteCapacity = std::uint64_t{64} << 30U;
// Return the least sizes of the byte areas with which every item and every record finds room (byte_area.hpp).
[[nodiscard]] std::uint64_t least_body_capacity(std::uint64_t body_max) noexcept;
[[nodiscard]] std::uint64_t least_result_capacity(std::uint64_t body_max) noexcept;

// Sets the options whose values nobody has given to what they are with, or without, --once.
void follow_once(Options& options);

// Declares the command line. It is bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(Options& options);

// Parses the command line. With --print-config, returns the settings in force as the text of a file for
// --config. `arguments` exclude the program's name; `environment` supplies the default
// directories. `has_piped_ids`: standard input is a pipe or a file (may_give_ids()). With a command after
// "--" and without --source, it is then the source. Makes every path absolute. Creates nothing and reads only
// the file of --config. Throws Failure with one line: Usage for a bad option, value or combination;
// Configuration or NoInput for the file of
// --config.
[[nodiscard]] std::variant<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                                             const Environment& environment,
                                                             bool has_piped_ids = false);

}  // namespace pipeline
