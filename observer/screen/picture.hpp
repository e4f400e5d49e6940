// SPDX-License-Identifier: Apache-2.0
// The content of a screen: pieces of text, each with its position and style. The drawing code (terminal.hpp)
// does not know their meaning, and a test can read them as lines.
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

// The number of characters in a text of well-formed UTF-8. Each is assumed to be one column wide.
[[nodiscard]] int length_of(std::string_view text) noexcept;
// The offset of the text's n-th character, counted from 0; the text's size if it has at most n characters.
[[nodiscard]] std::size_t offset_of(std::string_view text, int n) noexcept;
// Returns at most `columns` characters of the text. If some are cut off, the last one returned is a '~'.
[[nodiscard]] std::string cut(std::string_view text, int columns);
// The same, but cuts out the middle, where a '~' stands then: ids mostly differ at their ends.
[[nodiscard]] std::string cut_middle(std::string_view text, int columns);

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

    // Makes `given` safe to print (safe_line() in printable.hpp), and puts it at this position. Cuts off
    // parts outside the screen. Returns the column after the text, as if nothing were cut off.
    int put(int row, int column, std::string_view given, Style style = Style::Plain);
    // Right-aligns the text in the columns [column, column + width).
    void put_right(int row, int column, int width, std::string_view text, Style style = Style::Plain);
    // Puts the text, and fills the row with blanks from the end of the text to the right edge.
    void put_over(int row, int column, std::string_view text, Style style);

    // The rows without styles and trailing blanks, for tests.
    [[nodiscard]] std::vector<std::string> lines() const;

  private:
    ScreenSize size_;
    std::vector<Piece> pieces_;
};

}  // namespace pipeline
