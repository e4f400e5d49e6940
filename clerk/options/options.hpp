// SPDX-License-Identifier: Apache-2.0
// The clerk's command line: a command, ids, and options in any order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "clerk/options/commands.hpp"
#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"
#include "common/cli/directories.hpp"
#include "common/ledger/row_selection.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

enum class ExportFormat : std::uint8_t { Csv, Json };

struct ClerkOptions {
    ClerkCommand command = ClerkCommand::List;
    std::vector<std::string> ids;  // as they were given, none of them empty

    // None: not given.
    std::optional<std::vector<RowStatus>> statuses;
    std::optional<std::string> reason;
    std::optional<std::int64_t> since_us;
    std::optional<std::uint32_t> limit;
    std::optional<ExportFormat> format;
    std::optional<std::int64_t> before_us;  // of prune, which cannot do without it
    std::optional<std::string> archive;     // a file's name; none: keep nothing of what is pruned
    bool files = false;                     // prune the files of a spool as well
    bool yes = false;

    std::string name = kDefaultName;
    std::optional<LedgerSpec> ledger;   // none: the pipeline's own; without a pipeline, STATE/invoices.db
    std::filesystem::path state_dir;    // absolute; empty: the environment names none
    std::filesystem::path runtime_dir;  // absolute; empty: try the default directories in turn
    std::filesystem::path shm_dir;      // absolute; empty: where the lock of the name says, or /dev/shm
    // The directories in which the lock file of the pipeline `name` may lie.
    std::vector<std::filesystem::path> lock_dirs;
    LogLevel log_level = LogLevel::Info;
    LogFormat log_format = LogFormat::Text;

    // The options by which another command finds the same pipeline and ledger, quoted for a shell and each
    // behind a blank, such as " --name NAME"; empty if none were given.
    std::string places;

    // The rows that --status, --reason and --since choose. Without --status, those of `otherwise`.
    [[nodiscard]] RowSelection selection(const RowSelection& otherwise) const;
};

inline constexpr std::uint32_t kDefaultLimit = 50;

// Declares the command line. It is bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ClerkOptions& options);

// Parses the command line. Arguments that do not begin with a dash, and all after "--", are the command and
// its ids. Throws as parse_command_line() does.
[[nodiscard]] std::variant<ClerkOptions, EarlyExit> parse_clerk_options(
    std::span<const char* const> arguments, const Environment& environment);

}  // namespace pipeline
