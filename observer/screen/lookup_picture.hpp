// SPDX-License-Identifier: Apache-2.0
// Draws the pages of a Lookup.
#pragma once

#include <cstdint>

#include "observer/screen/lookup.hpp"
#include "observer/screen/picture.hpp"

namespace pipeline {

// Rows of a picture: from `first` on, `count` of them.
struct RowSpan {
    int first = 0;
    int count = 0;
};

// Draws the page that is shown, and the line that people type into, within these rows. `now_us`: the wall
// clock, for ages.
void draw_lookup(Picture& picture, const Lookup& lookup, RowSpan where, std::int64_t now_us);

// The rows of a list that a page of so many rows shows, for PageUp and PageDown.
[[nodiscard]] int list_rows(RowSpan where) noexcept;

}  // namespace pipeline
