// SPDX-License-Identifier: Apache-2.0
// The options that observer and supervisor share, and the usual forms of options: a count, a duration, a
// directory. Each function returns an option bound to `field`. --help shows the field's present value as the
// default.
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
[[nodiscard]] CommandOption state_dir_option(std::filesystem::path& field);    // default: see directories.hpp
[[nodiscard]] CommandOption runtime_dir_option(std::filesystem::path& field);  // default: see directories.hpp
[[nodiscard]] CommandOption log_level_option(LogLevel& field);
[[nodiscard]] CommandOption log_format_option(LogFormat& field);

// Returns the option --parent, mandatory for children: the supervisor's process id, 1..2^22 (the highest on
// Linux).
[[nodiscard]] CommandOption parent_option(pid_t& field);
// The number of an inherited descriptor (cache_memory.hpp); 0: none.
[[nodiscard]] CommandOption cache_memory_option(std::uint32_t& field);

// Returns an option whose value is a whole number within [least, most].
[[nodiscard]] CommandOption count_option(std::string name, std::string help, std::uint32_t& field,
                                         std::uint32_t least, std::uint32_t most);
// Returns an option whose value is a number of bytes within [least, most], both multiples of 1 KiB.
[[nodiscard]] CommandOption bytes_option(std::string name, std::string help, std::uint64_t& field,
                                         std::uint64_t least, std::uint64_t most);
// Returns an option whose value is a directory. The field gets its absolute path.
[[nodiscard]] CommandOption directory_option(std::string name, std::string help,
                                             std::filesystem::path& field);
// Returns an option whose value is a duration within [least, most] or, if `zero_too`, 0.
[[nodiscard]] CommandOption duration_option(std::string name, std::string help,
                                            std::chrono::nanoseconds& field, std::chrono::nanoseconds least,
                                            std::chrono::nanoseconds most, bool zero_too = false);

}  // namespace pipeline
