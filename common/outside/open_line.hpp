// SPDX-License-Identifier: Apache-2.0
// The unfinished line of a stream, as a terminal shows it. Programs draw their progress by writing a carriage
// return and then new text, so such text replaces the line so far. A line longer than kMaxBytes is cut.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pipeline {

class OpenLine {
  public:
    static constexpr std::size_t kMaxBytes = 1024;

    // `text` holds no newline.
    void append(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\r'), text.size());
            // Drop the old text only when new text follows the carriage return, which may end the line.
            if (end != 0 && has_returned_) clear();
            text_ += text.substr(0, std::min(end, kMaxBytes - std::min(kMaxBytes, text_.size())));
            if (end == text.size()) return;
            has_returned_ = true;
            text.remove_prefix(end + 1);
        }
    }
    void clear() noexcept {
        text_.clear();
        has_returned_ = false;
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool is_blank() const noexcept { return is_blank(text_); }
    [[nodiscard]] static bool is_blank(std::string_view text) noexcept {
        return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
    }

    // Returns a whole line as a terminal shows it.
    [[nodiscard]] static std::string shown(std::string_view line) {
        OpenLine open;
        open.append(line);
        return std::move(open.text_);
    }

  private:
    std::string text_;
    bool has_returned_ = false;
};

}  // namespace pipeline
