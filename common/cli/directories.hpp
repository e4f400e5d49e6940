// SPDX-License-Identifier: Apache-2.0
// The project's default directories: STATE (for spool and ledger, which must outlive a reboot) and RUNTIME
// (for locks, which need not). This file only computes their names; it creates no directories.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace pipeline {

// A function that returns the value of an environment variable, nullptr if it is not set: std::getenv, or a
// test's substitute.
using Environment = std::function<const char*(const char* variable)>;

// Returns a function that reads the environment of this process.
[[nodiscard]] Environment process_environment();

// Returns the first directory in $STATE_DIRECTORY (systemd.exec(5): separated by colons), else
// $XDG_STATE_HOME/invoice-pipeline, else $HOME/.local/state/invoice-pipeline. The path is absolute and
// normal. An empty variable counts as not set, and so does a relative XDG_STATE_HOME or HOME (XDG Base
// Directory Specification). Returns none if no variable is set.
[[nodiscard]] std::optional<std::filesystem::path> default_state_directory(const Environment& environment);

// Returns the first directory in $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR/invoice-pipeline, by the rules of
// default_state_directory(). Returns none if neither variable is set.
[[nodiscard]] std::optional<std::filesystem::path> default_runtime_directory(const Environment& environment);

}  // namespace pipeline
