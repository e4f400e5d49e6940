// SPDX-License-Identifier: Apache-2.0
// Splits input that arrives in pieces into lines, in a buffer of fixed size. A line that does not fit is too
// long.
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pipeline {

class LineBuffer {
  public:
    // `max_line_bytes`: the longest line, without its newline.
    explicit LineBuffer(std::size_t max_line_bytes) : bytes_(max_line_bytes + 1) {}

    // Returns the free space. Read the next piece of input into it, then call add(). The space is empty only
    // if is_too_long().
    [[nodiscard]] std::span<char> room() noexcept {
        if (begin_ != 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            searched_ -= begin_;
            begin_ = 0;
        }
        return std::span(bytes_).subspan(end_);
    }
    void add(std::size_t bytes) noexcept { end_ += bytes; }

    // The next line, valid until room() is called; none if its end has not been read.
    [[nodiscard]] std::optional<std::string_view> next() noexcept {
        const auto* const found =
            static_cast<const char*>(std::memchr(bytes_.data() + searched_, '\n', end_ - searched_));
        if (found == nullptr) {
            searched_ = end_;
            return std::nullopt;
        }
        const std::string_view line(bytes_.data() + begin_,
                                    static_cast<std::size_t>(found - bytes_.data()) - begin_);
        begin_ += line.size() + 1;
        searched_ = begin_;
        return line;
    }
    // True if the unfinished line fills the buffer: it is longer than the longest line. Call it after next()
    // has returned none.
    [[nodiscard]] bool is_too_long() const noexcept { return end_ - begin_ == bytes_.size(); }
    // The unfinished line so far.
    [[nodiscard]] std::string_view rest() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
    void clear() noexcept { begin_ = end_ = searched_ = 0; }

  private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t searched_ = 0;  // there is no newline between begin_ and this
};

}  // namespace pipeline
