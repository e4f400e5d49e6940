// SPDX-License-Identifier: Apache-2.0
#include "common/outside/error_lines.hpp"

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/os/journal.hpp"
#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kBetween = " | ";

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return small;
}

}  // namespace

void ErrorLines::begin(std::string prefix, std::string id) {
    tell_left_out();
    prefix_ = std::move(prefix);
    id_ = std::move(id);
    line_.clear();
    kept_count_ = 0;
    error_rank_ = 0;
}

void ErrorLines::take(std::string_view bytes, TimePoint now) {
    while (!bytes.empty()) {
        if (budget_.is_used_up(now)) return leave_out(bytes);
        const auto newline = bytes.find('\n');
        line_.append(bytes.substr(0, newline));
        if (newline == std::string_view::npos) return;
        end_line(now);
        bytes.remove_prefix(newline + 1);
    }
}

void ErrorLines::end(TimePoint now) {
    if (!line_.text().empty()) end_line(now);
    tell_left_out();
}

void ErrorLines::end_line(TimePoint now) {
    if (!line_.is_blank()) {
        if (budget_.take(now)) {
            tell_left_out();
            log_about(LogLevel::Info, "program-stderr", id_, "{}: {}", prefix_, line_.text());
        } else {
            budget_.left_out(line_.text().size() + 1);
        }
        keep(line_.text());
    }
    line_.clear();
}

// Leaves the bytes out of the log, and keeps only their last lines.
void ErrorLines::leave_out(std::string_view bytes) {
    budget_.left_out(bytes.size());
    const auto last = bytes.rfind('\n');
    if (last == std::string_view::npos) return line_.append(bytes);
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
    if (is_first) {  // the first line of `bytes` continues line_
        line_.append(lines[count - 1]);
        lines[count - 1] = line_.text();
    }
    while (count > 0) {
        --count;
        if (!OpenLine::is_blank(lines[count])) keep(OpenLine::shown(lines[count]));
    }
    line_.clear();
    line_.append(rest);
}

void ErrorLines::keep(std::string_view line) {
    // Marks below a line of source text, as Python's and compilers' messages have them, say nothing alone.
    if (line.find_first_not_of(" \t^~|") == std::string_view::npos) return;
    kept_[kept_count_++ % kKept] = line.substr(0, kMaxLineBytes);
    const int rank = error_rank(line);
    if (rank == 0 || rank < error_rank_) return;
    error_ = line.substr(0, kMaxLineBytes);
    error_number_ = kept_count_;
    error_rank_ = rank;
}

int ErrorLines::error_rank(std::string_view line) {
    const std::string small = in_small_letters(line);
    const auto stands_in = [&small](std::string_view word) { return small.find(word) != std::string::npos; };
    for (const std::string_view word : {"error", "exception", "fatal", "panic"}) {
        const auto at = small.find(word);
        if (at != std::string::npos && small.find(':', at) != std::string::npos) return 2;
    }
    for (const std::string_view word : {"error", "exception", "fatal", "panic", "fail", "cannot", "can't",
                                        "unable", "denied", "refused", "not found", "no such", "invalid"}) {
        if (stands_in(word)) return 1;
    }
    return 0;
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
    std::string line;
    clean_text(last(), text);
    std::size_t shown = 1;
    for (; shown < std::min(kKept, kept_count_); ++shown) {
        clean_text(kept_[(kept_count_ - shown - 1) % kKept], line);
        if (line.size() + kBetween.size() + text.size() > most) break;
        text.insert(0, line.append(kBetween));
    }
    if (error_rank_ == 0 || error_number_ + shown > kept_count_) return text;
    clean_text(error_, line);
    clean_text(last(), text);
    return line.append(kBetween) + text;
}

}  // namespace pipeline
