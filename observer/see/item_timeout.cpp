// SPDX-License-Identifier: Apache-2.0
#include "observer/see/item_timeout.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <string>

#include "common/spec/values.hpp"

namespace pipeline {

std::optional<double> item_timeout_in(std::string_view command_line) {
    constexpr std::string_view kOption = "--item-timeout=";
    while (!command_line.empty()) {
        const auto end = command_line.find('\0');
        const std::string_view word = command_line.substr(0, end);
        if (word.starts_with(kOption)) {
            const auto limit = read_duration(word.substr(kOption.size()));
            if (!limit || limit->count() <= 0) return std::nullopt;
            return std::chrono::duration<double>(*limit).count();
        }
        if (end == std::string_view::npos) break;
        command_line.remove_prefix(end + 1);
    }
    return std::nullopt;
}

std::optional<double> item_timeout_of(std::uint32_t pid) {
    constexpr std::streamsize kMost = 65'536;
    std::ifstream file(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
    std::string text(kMost, '\0');
    file.read(text.data(), kMost);
    text.resize(static_cast<std::size_t>(file.gcount()));
    return item_timeout_in(text);
}

}  // namespace pipeline
