// SPDX-License-Identifier: Apache-2.0
// Keys that people press.
#pragma once

#include <cstdint>
#include <string>

namespace pipeline {

enum class Key : std::uint8_t {
    None,  // nothing was pressed
    Character,
    Enter,
    Escape,
    Backspace,
    Help,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Resize,  // not pressed: the screen has another size now
    Other
};

struct KeyPress {
    Key key = Key::None;
    std::string character;  // of Key::Character, in UTF-8

    [[nodiscard]] bool is(const char* one) const { return key == Key::Character && character == one; }
};

}  // namespace pipeline
