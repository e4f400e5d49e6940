// SPDX-License-Identifier: Apache-2.0
#include "common/cli/config_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The letter after a backslash in "VALUE", and the byte that the two stand for.
constexpr std::array<std::pair<char, char>, 5> kEscapes{
    {{'"', '"'}, {'\\', '\\'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};

[[noreturn]] void unreadable(const std::string& path) {
    throw system_failure(ExitStatus::NoInput, "--config", in_quotes(path), errno,
                         "a readable file of lines NAME = VALUE is accepted");
}

std::string read_whole(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) unreadable(path);
    std::string text;
    std::array<char, 4096> piece;
    while (true) {
        const auto bytes = ::read(file.get(), piece.data(), piece.size());
        if (bytes == 0) return text;
        if (bytes < 0) {
            if (errno == EINTR) continue;
            unreadable(path);
        }
        text.append(piece.data(), static_cast<std::size_t>(bytes));
        if (text.size() > kMaxBytes) {
            throw Failure(ExitStatus::Configuration,
                          fmt::format("--config {}: a file of at most 1 MiB is accepted", in_quotes(path)));
        }
    }
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view without_comment(std::string_view text) noexcept {
    return trimmed(text.substr(0, text.find('#')));
}

// Takes an escape off the beginning of `rest`, and returns the byte that it stands for.
char take_escape(std::string_view& rest) {
    constexpr std::size_t kHexadecimal = 4;  // \xNN
    if (rest.size() >= 2) {
        const auto found = std::find_if(kEscapes.begin(), kEscapes.end(),
                                        [&](const auto& escape) { return escape.first == rest[1]; });
        if (found != kEscapes.end()) {
            rest.remove_prefix(2);
            return found->second;
        }
    }
    if (rest.size() >= kHexadecimal && rest[1] == 'x') {
        unsigned char byte = 0;
        const char* const end = rest.data() + kHexadecimal;
        if (const auto read = std::from_chars(rest.data() + 2, end, byte, 16);
            read.ec == std::errc() && read.ptr == end) {
            rest.remove_prefix(kHexadecimal);
            return static_cast<char>(byte);
        }
    }
    throw std::invalid_argument(R"(in "VALUE", \", \\, \n, \r, \t and \xNN are accepted after a backslash)");
}

// Reads a value that begins with a quote. Throws std::invalid_argument, whose what() says what is accepted.
std::string read_quoted(std::string_view text) {
    const char quote = text.front();
    std::string value;
    std::string_view rest = text.substr(1);
    while (true) {
        if (rest.empty())
            throw std::invalid_argument(fmt::format("a value that begins with {0} ends with {0}", quote));
        if (rest.front() == quote) break;
        if (quote == '"' && rest.front() == '\\') {
            value += take_escape(rest);
        } else {
            value += rest.front();
            rest.remove_prefix(1);
        }
    }
    if (!without_comment(rest.substr(1)).empty())
        throw std::invalid_argument("only a comment is accepted behind the closing quote");
    return value;
}

// Reads a line without its newline. Returns none if it holds nothing but blanks and a comment. Throws
// std::invalid_argument, whose what() says what is accepted.
std::optional<ConfigEntry> read_line(std::string_view line) {
    const auto begun = without_comment(line);
    if (begun.empty()) return std::nullopt;
    const auto at = begun.find('=');
    ConfigEntry entry;
    entry.name = trimmed(begun.substr(0, at));
    if (at == std::string_view::npos || entry.name.empty())
        throw std::invalid_argument("NAME = VALUE is accepted");
    const auto value = trimmed(line.substr(line.find('=') + 1));
    const bool is_quoted = value.starts_with('"') || value.starts_with('\'');
    entry.value = is_quoted ? read_quoted(value) : std::string(without_comment(value));
    return entry;
}

// True if the value means the same with and without quotes.
bool is_plain(std::string_view value) noexcept {
    const bool has_special = std::any_of(value.begin(), value.end(), [](char c) {
        return c == '#' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    return !has_special && trimmed(value) == value && !value.starts_with('"') && !value.starts_with('\'');
}

}  // namespace

std::string config_place(const std::string& path, std::size_t line) {
    return fmt::format("--config {}:{}", printable(path), line);
}

std::vector<ConfigEntry> read_config_file(const std::string& path) {
    const std::string whole = read_whole(path);
    std::string_view rest = whole;
    if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    std::vector<ConfigEntry> entries;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        try {
            if (auto entry = read_line(line)) {
                entry->line = number;
                entries.push_back(*std::move(entry));
            }
        } catch (const std::invalid_argument& error) {
            throw Failure(ExitStatus::Configuration, fmt::format("{}: {}: {}", config_place(path, number),
                                                                 in_quotes(trimmed(line)), error.what()));
        }
    }
    return entries;
}

std::string config_value(std::string_view value) {
    if (is_plain(value)) return std::string(value);
    std::string text = "\"";
    for (const char c : value) {
        const auto found = std::find_if(kEscapes.begin(), kEscapes.end(),
                                        [&](const auto& escape) { return escape.second == c; });
        if (found != kEscapes.end()) {
            text += {'\\', found->first};
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            text += c;
        }
    }
    return text += '"';
}

}  // namespace pipeline
