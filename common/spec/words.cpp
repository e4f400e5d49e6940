// SPDX-License-Identifier: Apache-2.0
#include "common/spec/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pipeline {
namespace {

constexpr std::size_t kMaxCommandBytes = 65'536;  // execve(2) accepts 131072 for one argument
constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kActedOn = "|&;<>()$`*?";
constexpr std::string_view kEscapedInQuotes = "\\\"$`";
constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=@%:,./{}";

bool is_one_of(std::string_view characters, char c) noexcept {
    return characters.find(c) != std::string_view::npos;
}

class Splitter {
  public:
    explicit Splitter(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] std::vector<std::string> split() {
        while (!rest_.empty()) {
            const char c = take();
            if (is_one_of(kBlanks, c)) {
                end_word();
            } else if (c == '\'') {
                take_until_quote();
            } else if (c == '"') {
                take_until_double_quote();
            } else if (c == '\\') {
                if (rest_.empty()) throw std::invalid_argument("a character after the last \\ is accepted");
                word() += take();
            } else {
                take_plain(c);
            }
        }
        end_word();
        return std::move(words_);
    }

  private:
    char take() noexcept {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    std::string& word() {
        if (!word_) word_.emplace();
        return *word_;
    }
    void end_word() {
        if (word_) words_.push_back(*std::exchange(word_, std::nullopt));
    }
    void take_plain(char c) {
        if (is_one_of(kActedOn, c)) {
            throw std::invalid_argument(fmt::format(
                "no shell reads it: {} is accepted in quotes, or a command of the form sh -c '...'", c));
        }
        word() += c;
    }
    void take_until_quote() {
        const auto end = rest_.find('\'');
        if (end == std::string_view::npos)
            throw std::invalid_argument("a second ' is accepted after the first");
        word() += rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
    }
    void take_until_double_quote() {
        word();
        while (!rest_.empty()) {
            const char c = take();
            if (c == '"') return;
            const bool escapes = c == '\\' && !rest_.empty() && is_one_of(kEscapedInQuotes, rest_.front());
            word() += escapes ? take() : c;
        }
        throw std::invalid_argument("a second \" is accepted after the first");
    }

    std::string_view rest_;
    std::optional<std::string> word_;
    std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
    if (is_one_of(text, '\0')) throw std::invalid_argument("a command without NUL is accepted");
    return Splitter(text).split();
}

std::vector<std::string> parse_command(std::string_view text) {
    if (text.size() > kMaxCommandBytes)
        throw std::invalid_argument("a command of at most 65536 bytes is accepted: put it into a script");
    auto words = split_words(text);
    if (words.empty() || words.front().empty())
        throw std::invalid_argument("a program and its arguments are accepted");
    return words;
}

std::string join_words(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        if (!text.empty()) text += ' ';
        const bool plain = !word.empty() &&
                           std::all_of(word.begin(), word.end(), [](char c) { return is_one_of(kPlain, c); });
        if (plain) {
            text += word;
            continue;
        }
        text += '\'';
        for (const char c : word) {
            if (c == '\'') {
                text += "'\\''";
            } else {
                text += c;
            }
        }
        text += '\'';
    }
    return text;
}

}  // namespace pipeline
