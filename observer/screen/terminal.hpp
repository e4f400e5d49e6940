// SPDX-License-Identifier: Apache-2.0
// The terminal as a screen, through ncurses: takes it over while this lives and gives it back as it was. The
// only file that knows ncurses.
#pragma once

#include <cstdint>

#include "observer/screen/picture.hpp"

namespace pipeline {

class Terminal {
  public:
    // Throws Failure Configuration if $TERM names no terminal that can be a screen.
    Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    [[nodiscard]] ScreenSize size() const noexcept;
    // True if more than ASCII can be shown.
    [[nodiscard]] bool has_unicode() const noexcept { return has_unicode_; }
    void show(const Picture& picture);

    enum class Key : std::uint8_t {
        None,
        Quit,
        Pause,
        Sort,
        Help,
        Up,
        Down,
        PageUp,
        PageDown,
        Home,
        Resize,
        Other
    };
    // The next key that was pressed; None: there is none now. Never waits.
    [[nodiscard]] Key key();

  private:
    bool has_unicode_;
};

}  // namespace pipeline
