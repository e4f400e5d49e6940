// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/error_lines.hpp"

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "consumer/work/clean_text.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kBetween = " | ";
constexpr std::string_view kBlanks = " \t\r\n\v\f";

bool is_blank(std::string_view line) noexcept {
    return line.find_first_not_of(kBlanks) == std::string_view::npos;
}

}  // namespace

void ErrorLines::begin(std::string prefix) {
    tell_left_out();
    prefix_ = std::move(prefix);
    line_.clear();
    kept_count_ = 0;
}

void ErrorLines::take(std::string_view bytes, TimePoint now) {
    while (!bytes.empty()) {
        if (budget_.is_used_up(now)) return leave_out(bytes);
        const auto newline = bytes.find('\n');
        append_to_line(bytes.substr(0, newline));
        if (newline == std::string_view::npos) return;
        end_line(now);
        bytes.remove_prefix(newline + 1);
    }
}

void ErrorLines::end(TimePoint now) {
    if (!line_.empty()) end_line(now);
    tell_left_out();
}

void ErrorLines::append_to_line(std::string_view text) {
    line_ += text.substr(0, kMaxLineBytes - std::min(kMaxLineBytes, line_.size()));
}

void ErrorLines::end_line(TimePoint now) {
    if (!is_blank(line_)) {
        if (budget_.take(now)) {
            tell_left_out();
            log(LogLevel::Info, "{}: {}", prefix_, line_);
        } else {
            budget_.left_out(line_.size() + 1);
        }
        keep(line_);
    }
    line_.clear();
}

// Looks only at the last lines of the bytes.
void ErrorLines::leave_out(std::string_view bytes) {
    budget_.left_out(bytes.size());
    const auto last = bytes.rfind('\n');
    if (last == std::string_view::npos) return append_to_line(bytes);
    const std::string_view rest = bytes.substr(last + 1);
    bytes = bytes.substr(0, last);
    std::array<std::string_view, kKept> lines;
    std::size_t count = 0;
    bool is_first = false;
    while (count < kKept && !is_first) {
        const auto before = bytes.rfind('\n');
        is_first = before == std::string_view::npos;
        lines[count++] = is_first ? bytes : bytes.substr(before + 1);
        if (!is_first) bytes = bytes.substr(0, before);
    }
    if (is_first) {  // it continues the unfinished line
        append_to_line(lines[count - 1]);
        lines[count - 1] = line_;
    }
    while (count > 0) {
        --count;
        if (!is_blank(lines[count])) keep(lines[count]);
    }
    line_.clear();
    append_to_line(rest);
}

void ErrorLines::keep(std::string_view line) {
    kept_[kept_count_++ % kKept] = line.substr(0, kMaxLineBytes);
}

void ErrorLines::tell_left_out() {
    const std::uint64_t bytes = budget_.take_left_out();
    if (bytes == 0) return;
    log(LogLevel::Info, "{}: {} of its stderr left out here: more than {} lines in a second", prefix_,
        counted(bytes, "byte"), kLinesPerSecond);
}

std::string_view ErrorLines::last() const noexcept {
    return kept_count_ == 0 ? std::string_view() : std::string_view(kept_[(kept_count_ - 1) % kKept]);
}

std::string ErrorLines::tail(std::size_t most) const {
    std::string text;
    clean_text(last(), text);
    for (std::size_t back = 2; back <= std::min(kKept, kept_count_); ++back) {
        std::string line;
        clean_text(kept_[(kept_count_ - back) % kKept], line);
        if (line.size() + kBetween.size() + text.size() > most) break;
        text.insert(0, line.append(kBetween));
    }
    return text;
}

}  // namespace pipeline
