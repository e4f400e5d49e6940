// SPDX-License-Identifier: Apache-2.0
// The observer's command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/base/digest.hpp"
#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"
#include "common/cli/directories.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/ledger_spec.hpp"
#include "observer/options/listen_address.hpp"

namespace pipeline {

struct ObserverOptions {
    // At most one of these is set. If none is, the observer shows the live view on the terminal.
    bool once = false;
    bool audit = false;
    bool hosts = false;
    bool metrics = false;
    std::optional<ListenAddress> listen;

    bool deep = false;           // audits only
    std::optional<Digest> head;  // deep audits only: the head that a commit of the ledger must have
    bool json = false;
    bool listen_anywhere = false;
    std::filesystem::path token_file;  // absolute; empty: everybody who reaches the address may read
    std::chrono::nanoseconds interval = std::chrono::seconds(1);  // between two observations
    std::string name = kDefaultName;
    std::optional<LedgerSpec> ledger;   // none: the pipeline's own; without a pipeline, STATE/invoices.db
    std::filesystem::path state_dir;    // absolute; empty: the environment names none
    std::filesystem::path runtime_dir;  // absolute; empty: try the default directories in turn
    // The directories in which the lock file of the pipeline `name` may lie. That file names the directory of
    // the segments.
    std::vector<std::filesystem::path> lock_dirs;
    LogLevel log_level = LogLevel::Info;
    LogFormat log_format = LogFormat::Text;
};

// Declares the command line. It is bound to the fields of `options`, which must outlive the result.
[[nodiscard]] CommandLine declare(ObserverOptions& options);

// Returns the ledger whose rows people ask for, as the text of a LedgerSpec: that of --ledger, else `seen`,
// that of the pipeline; if none was seen yet, the one that lies where a pipeline without options has it.
[[nodiscard]] std::string ledger_to_ask(const ObserverOptions& options, const std::string& seen);

// Parses the command line, as the supervisor's parse_options() does.
[[nodiscard]] std::variant<ObserverOptions, EarlyExit> parse_observer_options(
    std::span<const char* const> arguments, const Environment& environment);

}  // namespace pipeline
