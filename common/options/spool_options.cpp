// SPDX-License-Identifier: Apache-2.0
#include "common/options/spool_options.hpp"

#include <algorithm>
#include <climits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "common/options/shared_options.hpp"

namespace pipeline {
namespace {

std::string parse_pattern(std::string_view text) {
    const bool is_printable = std::none_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (text.empty() || text.size() > NAME_MAX || !is_printable || text.find('/') != std::string_view::npos) {
        throw std::invalid_argument(
            "a pattern for names of files is accepted, such as '*.xml' or '@(*.tmp|*.part)', without '/'");
    }
    return std::string(text);
}

CommandOption pattern_option(std::string name, std::string help, std::string& field) {
    return value_option(std::move(name), "GLOB", std::move(help), field, parse_pattern,
                        [](const std::string& pattern) {
                            return pattern.empty() ? std::nullopt : std::optional<std::string>(pattern);
                        });
}

}  // namespace

std::vector<CommandOption> spool_options(SpoolOptions& fields) {
    return {
        duration_option("rescan", "search a spool every 1s to 24h, 0: never", fields.rescan,
                        std::chrono::seconds(1), std::chrono::hours(24), true),
        duration_option("settle-time", "a found file must rest so long, 0 to 1h", fields.settle_time,
                        std::chrono::milliseconds(1), std::chrono::hours(1), true),
        with_fallback(pattern_option("spool-include", "take only files with such names", fields.include),
                      "all"),
        with_fallback(pattern_option("spool-exclude", "leave files with such names alone", fields.exclude),
                      "none")};
}

}  // namespace pipeline
