// SPDX-License-Identifier: Apache-2.0
#include "common/options/shared_options.hpp"

#include <fmt/format.h>

#include "common/spec/byte_size.hpp"
#include "common/spec/values.hpp"

namespace pipeline {
namespace {

constexpr pid_t kMostPids = 1 << 22;  // PID_MAX_LIMIT
constexpr std::uint32_t kMostDescriptors = 1U << 30U;

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

CommandOption bytes_option(std::string name, std::string help, std::uint64_t& field, std::uint64_t least,
                           std::uint64_t most) {
    return value_option(
        std::move(name), "SIZE", std::move(help), field,
        [least, most](std::string_view text) { return parse_byte_count(text, least, most); }, byte_size_text);
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

CommandOption state_dir_option(std::filesystem::path& field) {
    return with_fallback(directory_option("state-dir", "STATE: spool and ledger", field),
                         "$STATE_DIRECTORY or\n"
                         "${XDG_STATE_HOME:-~/.local/state}/invoice-pipeline");
}

CommandOption runtime_dir_option(std::filesystem::path& field) {
    return with_fallback(directory_option("runtime-dir", "of locks", field),
                         "$RUNTIME_DIRECTORY,\n"
                         "$XDG_RUNTIME_DIR/invoice-pipeline or STATE");
}

CommandOption log_level_option(LogLevel& field) {
    return with_words(
        value_option("log-level", "LEVEL", "error, warning, notice, info or debug", field, parse_log_level,
                     [](LogLevel level) { return std::string(to_text(level)); }),
        {"error", "warning", "notice", "info", "debug"});
}

CommandOption log_format_option(LogFormat& field) {
    return with_words(
        value_option("log-format", "FORM", "text or json (one object on each line)", field, parse_log_format,
                     [](LogFormat format) { return std::string(to_text(format)); }),
        {"text", "json"});
}

CommandOption parent_option(pid_t& field) {
    return required(
        value_option(
            "parent", "PID", "the supervisor's process id", field,
            [](std::string_view text) { return static_cast<pid_t>(parse_count(text, 1, kMostPids)); },
            [](pid_t pid) { return fmt::to_string(pid); }),
        "the supervisor starts this program and gives it");
}

CommandOption cache_memory_option(std::uint32_t& field) {
    return count_option("cache-memory", "the descriptor of memory for caches, 0: none", field, 0,
                        kMostDescriptors);
}

}  // namespace pipeline
