// SPDX-License-Identifier: Apache-2.0
// What is to be on a screen: pieces of text, each at its place and in its style. Whoever draws it
// (terminal.hpp) knows nothing of what it means, and a test can read it as lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

enum class Style : std::uint8_t { Plain, Faint, Strong, Good, Warn, Bad, First, Second, Header };
inline constexpr int kStyles = 9;

struct ScreenSize {
    int rows = 0;
    int columns = 0;
};

// How many characters a text has; each is taken to be one column wide. Well-formed UTF-8.
[[nodiscard]] int length_of(std::string_view text) noexcept;
// Where its n-th character begins, from 0; its size if it has no more than n.
[[nodiscard]] std::size_t offset_of(std::string_view text, int n) noexcept;
// Its first `columns` characters at most; where some are left out the last one is a '~'.
[[nodiscard]] std::string cut(std::string_view text, int columns);

class Picture {
  public:
    struct Piece {
        int row;
        int column;
        std::string text;
        Style style;
    };

    explicit Picture(ScreenSize size) noexcept : size_(size) {}
    [[nodiscard]] ScreenSize size() const noexcept { return size_; }
    [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_; }

    // As safe_line() (printable.hpp). What is outside of the screen is left out. Returns the column behind
    // the text.
    int put(int row, int column, std::string_view given, Style style = Style::Plain);
    // At the right end of the columns [column, column + width).
    void put_right(int row, int column, int width, std::string_view text, Style style = Style::Plain);
    // Over all columns from there on.
    void put_over(int row, int column, std::string_view text, Style style);

    // Without styles, for tests: the rows, without blanks at their ends.
    [[nodiscard]] std::vector<std::string> lines() const;

  private:
    ScreenSize size_;
    std::vector<Piece> pieces_;
};

}  // namespace pipeline
