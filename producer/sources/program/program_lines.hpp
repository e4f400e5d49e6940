// SPDX-License-Identifier: Apache-2.0
// Splits a program's output into lines, in bounded memory. If a line is longer than the bound, keeps only its
// beginning, its length and a hash of all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

class ProgramLines {
  public:
    static constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
    static constexpr std::size_t kKeptBytes = kReadBytes;  // of a line that is longer than the bound

    struct Line {
        std::string_view text;     // without the newline
        std::uint64_t length = 0;  // of the whole line
        std::uint64_t hash = 0;    // of the whole line, if it is cut
        [[nodiscard]] bool is_cut() const noexcept { return length != text.size(); }
    };

    // `longest`: the most bytes of a line that is kept whole, at least kKeptBytes.
    explicit ProgramLines(std::uint64_t longest) : longest_(longest) {}

    // The space for the next bytes. Call it only when next() has returned none: it invalidates lines.
    [[nodiscard]] std::span<char> room();
    void filled(std::size_t count) noexcept { end_ += count; }

    // Returns the next whole line, valid until the next call of room(); none if its end has not been read.
    [[nodiscard]] std::optional<Line> next();
    // True if next() would return a line.
    [[nodiscard]] bool has_line();
    // Returns the unfinished line, and forgets it; none if there is none.
    [[nodiscard]] std::optional<Line> take_rest();
    void clear() noexcept;

  private:
    void fold();
    [[nodiscard]] Line whole(std::size_t length);

    std::uint64_t longest_;
    std::vector<char> bytes_;
    std::size_t begin_ = 0;     // of the current line, or of its part that is not folded
    std::size_t searched_ = 0;  // [begin_, searched_) has no newline
    std::size_t end_ = 0;
    // If the current line is longer than the bound: the length and the hash of what is folded, and its
    // beginning.
    std::uint64_t folded_ = 0;
    std::uint64_t hash_ = 0;
    std::string beginning_;
};

}  // namespace pipeline
