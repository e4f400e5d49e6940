// SPDX-License-Identifier: Apache-2.0
// The options that several programs share. Each is declared here once, with its limits, so that supervisor
// and children accept the same values. Each function binds the option to a field; the field's value at that
// moment is the default that --help shows.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

// The defaults, the same in every program.
inline constexpr const char* kDefaultName = "invoice-pipeline";
inline constexpr std::uint32_t kDefaultBatchMax = 256;
inline constexpr std::uint32_t kDefaultMaxAttempts = 3;
inline constexpr std::chrono::nanoseconds kDefaultItemTimeout = std::chrono::minutes(5);
inline constexpr std::chrono::nanoseconds kDefaultFlushInterval = std::chrono::milliseconds(100);
inline constexpr std::chrono::nanoseconds kDefaultDrainTimeout = std::chrono::seconds(60);

[[nodiscard]] CommandOption name_option(std::string& field);
[[nodiscard]] CommandOption source_option(SourceSpec& field);
[[nodiscard]] CommandOption process_option(ProcessSpec& field);
[[nodiscard]] CommandOption ledger_option(LedgerSpec& field);
[[nodiscard]] CommandOption once_option(bool& field);
[[nodiscard]] CommandOption rate_option(std::optional<double>& field);               // items per second
[[nodiscard]] CommandOption batch_max_option(std::uint32_t& field);                  // 1..kMaxBatch
[[nodiscard]] CommandOption max_attempts_option(std::uint32_t& field);               // 1..255
[[nodiscard]] CommandOption item_timeout_option(std::chrono::nanoseconds& field);    // 1ms..365 days, 0: none
[[nodiscard]] CommandOption flush_interval_option(std::chrono::nanoseconds& field);  // 1ms..1h
[[nodiscard]] CommandOption drain_timeout_option(std::chrono::nanoseconds& field);   // 1ms..24h
[[nodiscard]] CommandOption state_dir_option(std::filesystem::path& field);  // default: see directories.hpp
[[nodiscard]] CommandOption log_level_option(LogLevel& field);

// For a child: the supervisor's process id, 1..2^22 (the highest on Linux). Must be given.
[[nodiscard]] CommandOption parent_option(pid_t& field);

// A whole number within [least, most], as most options are.
[[nodiscard]] CommandOption count_option(std::string name, std::string help, std::uint32_t& field,
                                         std::uint32_t least, std::uint32_t most);
// A directory, made absolute.
[[nodiscard]] CommandOption directory_option(std::string name, std::string help,
                                             std::filesystem::path& field);
// A duration within [least, most]; with `zero_too` also 0, which then means none.
[[nodiscard]] CommandOption duration_option(std::string name, std::string help,
                                            std::chrono::nanoseconds& field, std::chrono::nanoseconds least,
                                            std::chrono::nanoseconds most, bool zero_too = false);

}  // namespace pipeline
