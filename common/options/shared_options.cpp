// SPDX-License-Identifier: Apache-2.0
#include "common/options/shared_options.hpp"

#include <fmt/format.h>

#include "common/core/layout.hpp"

namespace pipeline {
namespace {

constexpr std::uint32_t kMostAttempts = 255;  // the item counts them in one byte
constexpr pid_t kMostPids = 1 << 22;          // PID_MAX_LIMIT
constexpr const char* kGivenBySupervisor = "the supervisor starts this program and gives it";

// For a type with text(), as the three specs have.
template <class Spec>
std::string spec_text(const Spec& spec) {
    return spec.text();
}

}  // namespace

CommandOption count_option(std::string name, std::string help, std::uint32_t& field, std::uint32_t least,
                           std::uint32_t most) {
    return value_option(
        std::move(name), "N", std::move(help), field,
        [least, most](std::string_view text) {
            return static_cast<std::uint32_t>(parse_count(text, least, most));
        },
        [](std::uint32_t count) { return fmt::to_string(count); });
}

CommandOption duration_option(std::string name, std::string help, std::chrono::nanoseconds& field,
                              std::chrono::nanoseconds least, std::chrono::nanoseconds most, bool zero_too) {
    return value_option(
        std::move(name), "TIME", std::move(help), field,
        [=](std::string_view text) { return parse_duration(text, least, most, zero_too); },
        [](std::chrono::nanoseconds duration) { return to_text(duration); });
}

CommandOption directory_option(std::string name, std::string help, std::filesystem::path& field) {
    return value_option(std::move(name), "DIR", std::move(help), field, parse_path,
                        [](const std::filesystem::path& path) { return path.native(); });
}

CommandOption name_option(std::string& field) {
    return value_option("name", "NAME", "of the pipeline", field, parse_name,
                        [](const std::string& name) { return name; });
}

CommandOption source_option(SourceSpec& field) {
    return value_option("source", "SPEC",
                        "spool:DIR, lines:FILE, lines:- (standard input),\n"
                        "sequence or sequence:COUNT",
                        field, parse_source, spec_text<SourceSpec>);
}

CommandOption process_option(ProcessSpec& field) {
    return value_option("process", "SPEC",
                        "ubl, none, simulate:TIME, simulate:cpu=TIME,\n"
                        "exec:COMMAND (is sent ids), each:COMMAND (gets one)",
                        field, parse_process, spec_text<ProcessSpec>);
}

CommandOption ledger_option(LedgerSpec& field) {
    return value_option("ledger", "SPEC", "sqlite:FILE or none", field, parse_ledger, spec_text<LedgerSpec>);
}

CommandOption once_option(bool& field) {
    return switch_option("once", "finish when the source has nothing more", field);
}

CommandOption rate_option(std::optional<double>& field) {
    return with_fallback(value_option("rate", "N/s", "at most N invoices a second", field, parse_rate,
                                      [](const std::optional<double>& rate) {
                                          return rate ? std::optional(rate_text(*rate)) : std::nullopt;
                                      }),
                         "no limit");
}

CommandOption batch_max_option(std::uint32_t& field) {
    return count_option("batch-max", fmt::format("invoices moved at a time, 1 to {}", kMaxBatch), field, 1,
                        kMaxBatch);
}

CommandOption max_attempts_option(std::uint32_t& field) {
    return count_option("max-attempts", fmt::format("times that an invoice is tried, 1 to {}", kMostAttempts),
                        field, 1, kMostAttempts);
}

CommandOption item_timeout_option(std::chrono::nanoseconds& field) {
    return duration_option("item-timeout", "longest work on an invoice, 0: no limit", field,
                           std::chrono::milliseconds(1), std::chrono::hours(24 * 365), true);
}

CommandOption flush_interval_option(std::chrono::nanoseconds& field) {
    return duration_option("flush-interval", "longest wait for a flush, 1ms to 1h", field,
                           std::chrono::milliseconds(1), std::chrono::hours(1));
}

CommandOption drain_timeout_option(std::chrono::nanoseconds& field) {
    return duration_option("drain-timeout", "longest drain, 1ms to 24h", field, std::chrono::milliseconds(1),
                           std::chrono::hours(24));
}

CommandOption state_dir_option(std::filesystem::path& field) {
    return with_fallback(directory_option("state-dir", "STATE, of spool and ledger", field),
                         "$STATE_DIRECTORY,\n"
                         "$XDG_STATE_HOME/invoice-pipeline or\n"
                         "~/.local/state/invoice-pipeline");
}

CommandOption log_level_option(LogLevel& field) {
    return value_option("log-level", "LEVEL", "error, warning, notice, info or debug", field, parse_log_level,
                        [](LogLevel level) { return std::string(to_text(level)); });
}

CommandOption parent_option(pid_t& field) {
    return required(
        value_option(
            "parent", "PID", "the supervisor's process id", field,
            [](std::string_view text) { return static_cast<pid_t>(parse_count(text, 1, kMostPids)); },
            [](pid_t pid) { return fmt::to_string(pid); }),
        kGivenBySupervisor);
}

}  // namespace pipeline
