// SPDX-License-Identifier: Apache-2.0
// The project's default directories: STATE (spool and ledger, which must outlive a reboot) and RUNTIME
// (locks, which need not). It only computes names; it creates no directories.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace pipeline {

// Returns the value of an environment variable, nullptr if it is not set: std::getenv, or a test's
// substitute.
using Environment = std::function<const char*(const char* variable)>;

// The environment of this process.
[[nodiscard]] Environment process_environment();

// The first directory in $STATE_DIRECTORY (systemd.exec(5): separated by colons), else
// $XDG_STATE_HOME/invoice-pipeline, else $HOME/.local/state/invoice-pipeline; absolute and normal. An
// empty variable counts as not set, and so does a relative XDG_STATE_HOME or HOME (XDG Base Directory
// Specification). Nothing if none is set.
[[nodiscard]] std::optional<std::filesystem::path> default_state_directory(const Environment& environment);

// The first directory in $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR/invoice-pipeline, by the same rules.
// Nothing if none is set.
[[nodiscard]] std::optional<std::filesystem::path> default_runtime_directory(const Environment& environment);

}  // namespace pipeline
