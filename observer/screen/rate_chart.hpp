// SPDX-License-Identifier: Apache-2.0
// How a number changed in the last minutes, drawn with characters: the newest value stands at the right end.
#pragma once

#include <string>
#include <vector>

#include "observer/judge/history.hpp"
#include "observer/screen/picture.hpp"

namespace pipeline {

// Where a chart goes: `rows` x `columns` characters, from this corner on.
struct ChartPlace {
    int row = 0;
    int column = 0;
    int rows = 1;
    int columns = 0;
};

// The seconds that a chart of so many columns shows: at least two minutes, at most kHistory, each character
// the mean of a whole number of seconds.
[[nodiscard]] int chart_seconds(int columns) noexcept;

// Draws the chart. The height of a column shows its value relative to the greatest one.
void draw_chart(Picture& picture, const ChartPlace& place, const std::vector<Pace>& history,
                double Pace::*number, Style style, bool has_unicode);

// The greatest value that the chart of so many columns shows.
[[nodiscard]] double chart_most(const std::vector<Pace>& history, double Pace::*number, int columns);

}  // namespace pipeline
