// SPDX-License-Identifier: Apache-2.0
// The terminal as a screen, through ncurses. The constructor takes the terminal over, the destructor restores
// it. No other file uses ncurses.
#pragma once

#include "observer/screen/key.hpp"
#include "observer/screen/picture.hpp"

namespace pipeline {

class Terminal {
  public:
    // Throws Failure Configuration if the terminal of $TERM cannot be a screen.
    Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    [[nodiscard]] ScreenSize size() const noexcept;
    // True if the terminal can show more than ASCII.
    [[nodiscard]] bool has_unicode() const noexcept { return has_unicode_; }
    void show(const Picture& picture);

    // Returns the next key pressed, Key::None if none was. Never blocks.
    [[nodiscard]] KeyPress key();

  private:
    bool has_unicode_;
};

}  // namespace pipeline
