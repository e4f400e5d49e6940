// SPDX-License-Identifier: Apache-2.0
// Keeps the last non-blank line of a stream, in bounded memory.
#pragma once

#include <string>
#include <string_view>

#include "common/outside/open_line.hpp"

namespace pipeline {

class LastLine {
  public:
    static constexpr std::size_t kMaxBytes = OpenLine::kMaxBytes;  // longer lines are cut

    void clear() noexcept {
        last_.clear();
        open_.clear();
    }
    void take(std::string_view bytes) {
        const auto newline = bytes.rfind('\n');
        if (newline == std::string_view::npos) return open_.append(bytes);
        std::string_view ended = bytes.substr(0, newline);
        while (!ended.empty() && OpenLine::is_blank(ended.substr(ended.size() - 1))) ended.remove_suffix(1);
        const auto before = ended.rfind('\n');
        if (before == std::string_view::npos) {  // `ended` is only the end of the unfinished line
            open_.append(ended);
            if (!open_.is_blank()) last_ = open_.text();
        } else {
            last_ = OpenLine::shown(ended.substr(before + 1));
        }
        open_.clear();
        open_.append(bytes.substr(newline + 1));
    }
    // Returns the last non-blank line. An unfinished line counts as a line.
    [[nodiscard]] std::string_view get() const noexcept { return open_.is_blank() ? last_ : open_.text(); }

  private:
    std::string last_;
    OpenLine open_;  // the unfinished line
};

}  // namespace pipeline
