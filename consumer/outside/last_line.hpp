// SPDX-License-Identifier: Apache-2.0
// The last line of a stream that is not blank, in bounded memory.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pipeline {

class LastLine {
  public:
    static constexpr std::size_t kMaxBytes = 1024;  // longer lines are cut

    void clear() noexcept {
        last_.clear();
        open_.clear();
    }
    void take(std::string_view bytes) {
        const auto newline = bytes.rfind('\n');
        if (newline == std::string_view::npos) return append(bytes);
        std::string_view ended = bytes.substr(0, newline);
        const auto blank = ended.find_last_not_of(kBlanks);
        ended = blank == std::string_view::npos ? std::string_view() : ended.substr(0, blank + 1);
        const auto before = ended.rfind('\n');
        if (before == std::string_view::npos) {  // it continues the open line, if there is one
            append(ended);
            if (!is_blank(open_)) last_ = open_;
        } else {
            last_ = ended.substr(before + 1, kMaxBytes);
        }
        open_.clear();
        append(bytes.substr(newline + 1));
    }
    // An unfinished line counts as a line.
    [[nodiscard]] std::string_view get() const noexcept { return is_blank(open_) ? last_ : open_; }

  private:
    static constexpr std::string_view kBlanks = " \t\r\n\v\f";
    static bool is_blank(std::string_view line) noexcept {
        return line.find_first_not_of(kBlanks) == std::string_view::npos;
    }
    void append(std::string_view text) {
        open_ += text.substr(0, kMaxBytes - std::min(kMaxBytes, open_.size()));
    }

    std::string last_;
    std::string open_;  // the unfinished line
};

}  // namespace pipeline
