// SPDX-License-Identifier: Apache-2.0
// The observer's screen, for terminals of 80 x 24 and larger: a pure function of the view and of the state
// that its keys control.
#pragma once

#include "observer/judge/lookout.hpp"
#include "observer/screen/lookup.hpp"
#include "observer/screen/picture.hpp"
#include "observer/show/process_table.hpp"

namespace pipeline {

struct ScreenState {
    SortOrder order = SortOrder::Place;
    int scrolled = 0;        // number of processes above the first one shown
    bool is_frozen = false;  // the view is an earlier one, which people look at
    bool shows_help = false;
    bool has_unicode = true;  // false: draw ASCII only
    Lookup lookup;
};

[[nodiscard]] Picture draw_screen(const View& view, const ScreenState& state, ScreenSize size);

// Returns the greatest useful ScreenState::scrolled; 0 if all processes fit.
[[nodiscard]] int most_scrolled(const View& view, ScreenSize size) noexcept;

}  // namespace pipeline
