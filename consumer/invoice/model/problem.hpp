// SPDX-License-Identifier: Apache-2.0
// What is wrong with the values of a document, beside its sums: a term that is no number, or is there twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// The first problem of a document.
struct Problem {
    enum class Kind : std::uint8_t {
        None,
        NotDecimal,  // the text is no decimal number
        TooLong,     // a decimal with too many digits
        NotBoolean,  // neither true nor false
        Repeated,    // the element may occur only once here
        Missing,     // the element is absent
        TooMany      // more of the element than are kept
    };
    Kind kind = Kind::None;
    std::string element;  // its local name
    std::string text;     // the text found instead of a valid one

    // Sets the problem unless there is one already.
    void set(Kind new_kind, std::string_view new_element, std::string_view new_text = {});
    // Returns one line for people, like `PayableAmount "1,00" is not a decimal`.
    [[nodiscard]] std::string describe() const;
};

}  // namespace pipeline
