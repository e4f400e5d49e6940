// SPDX-License-Identifier: Apache-2.0
// The observer's command line.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "common/command_line.hpp"
#include "common/directories.hpp"
#include "common/log.hpp"
#include "common/shared_options.hpp"
#include "common/specs.hpp"

namespace pipeline {

struct ObserverOptions {
    bool audit = false;
    bool deep = false;  // of an audit
    bool json = false;
    std::string name = kDefaultName;
    std::optional<LedgerSpec> ledger;  // none: the pipeline's own; if there is no pipeline, STATE/invoices.db
    std::filesystem::path state_dir;   // absolute; empty: the environment names none
    LogLevel log_level = LogLevel::Info;
};

// What its command line is, bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ObserverOptions& options);

// As parse_options() of the supervisor.
[[nodiscard]] std::variant<ObserverOptions, EarlyExit> parse_observer_options(
    std::span<const char* const> arguments, const Environment& environment);

}  // namespace pipeline
