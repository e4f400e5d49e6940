// SPDX-License-Identifier: Apache-2.0
// The observer's screen, for terminals of 80 x 24 and larger: a pure function of what was seen and of what
// its keys have been used for.
#pragma once

#include "observer/judge/lookout.hpp"
#include "observer/screen/picture.hpp"
#include "observer/show/process_table.hpp"

namespace pipeline {

struct ScreenState {
    SortOrder order = SortOrder::Place;
    int scrolled = 0;  // processes that are above the first one shown
    bool is_paused = false;
    bool shows_help = false;
    bool has_unicode = true;  // else ASCII alone is drawn
};

[[nodiscard]] Picture draw_screen(const View& view, const ScreenState& state, ScreenSize size);

// How far there is to scroll.
[[nodiscard]] int most_scrolled(const View& view, ScreenSize size) noexcept;

}  // namespace pipeline
