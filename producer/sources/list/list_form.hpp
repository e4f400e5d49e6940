// SPDX-License-Identifier: Apache-2.0
// The two forms of a list: what ends an id, and which bytes between two ends are no part of one.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

struct ListForm {
    std::string_view word;  // the first word of the source's name
    char separator;         // ends each id; only the last one may go without
    // True: the list is a text file of lines. Blank lines are no ids; a carriage return before a newline and
    // a UTF-8 byte order mark at the list's beginning are no part of one. False: every byte between two
    // separators belongs to an id, and only an empty one is skipped.
    bool is_text;

    // Returns the source's name for the list in the file `path`.
    [[nodiscard]] std::string name(std::string_view path) const {
        return std::string(word) + ':' + std::string(path);
    }
};

inline constexpr ListForm kLines{"lines", '\n', true};
inline constexpr ListForm kNulSeparated{"lines0", '\0', false};

}  // namespace pipeline
