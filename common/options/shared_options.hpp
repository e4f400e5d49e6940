// SPDX-License-Identifier: Apache-2.0
// The options that observer and supervisor share, and the forms that most options have: a count, a duration,
// a directory. Each function binds the option to a field; the field's value at that moment is the default
// that --help shows.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/log.hpp"
#include "common/cli/command_option.hpp"

namespace pipeline {

inline constexpr const char* kDefaultName = "invoice-pipeline";

[[nodiscard]] CommandOption name_option(std::string& field);
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
