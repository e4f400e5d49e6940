// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/rate_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace pipeline {
namespace {

constexpr int kLeastSeconds = 120;
constexpr int kLevels = 8;  // of one character

// Returns the mean of a number over the time from `begin` to `end` seconds before the newest observation.
// Each entry is weighted by the part of its span that lies in that time; time without an entry is left out.
double mean_between(const std::vector<Pace>& history, double Pace::*number, double begin, double end) {
    double sum = 0;
    double seen = 0;
    for (const Pace& pace : history) {
        const double ago = seconds_ago(history, pace);
        const double shared = std::min(begin, ago + pace.seconds) - std::max(end, ago);
        if (shared <= 0) continue;
        sum += shared * pace.*number;
        seen += shared;
    }
    return seen > 0 ? sum / seen : 0;
}

// The seconds of each character, so that all of them show two minutes at least.
int seconds_each(int columns) noexcept {
    return columns > 0 ? std::max(1, (kLeastSeconds + columns - 1) / columns) : 1;
}

// The value of each column, the oldest first.
std::vector<double> means_of(const std::vector<Pace>& history, double Pace::*number, int columns) {
    const auto each = static_cast<double>(seconds_each(columns));
    std::vector<double> means;
    for (int left = columns; left > 0; --left) {
        const double begin = each * left;
        means.push_back(mean_between(history, number, begin, begin - each));
    }
    return means;
}

const char* character(int level, bool has_unicode) noexcept {
    constexpr std::array<const char*, kLevels + 1> kUnicode{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::array<const char*, kLevels + 1> kAscii{" ", ".", ".", ":", ":", "-", "=", "+", "#"};
    return (has_unicode ? kUnicode : kAscii)[static_cast<std::size_t>(level)];
}

}  // namespace

int chart_seconds(int columns) noexcept {
    return columns > 0 ? columns * seconds_each(columns) : 0;
}

double chart_most(const std::vector<Pace>& history, double Pace::*number, int columns) {
    const auto means = means_of(history, number, columns);
    return means.empty() ? 0 : *std::max_element(means.begin(), means.end());
}

void draw_chart(Picture& picture, const ChartPlace& place, const std::vector<Pace>& history,
                double Pace::*number, Style style, bool has_unicode) {
    const auto means = means_of(history, number, place.columns);
    const double most = means.empty() ? 0 : *std::max_element(means.begin(), means.end());
    for (int row = 0; row < place.rows; ++row) {
        std::string line;
        for (const double mean : means) {
            const double share = most > 0 ? std::clamp(mean / most, 0.0, 1.0) : 0;
            const int height = static_cast<int>(std::ceil(share * kLevels * place.rows));
            const int below = kLevels * (place.rows - 1 - row);
            line += character(std::clamp(height - below, 0, kLevels), has_unicode);
        }
        picture.put(place.row + row, place.column, line, style);
    }
}

}  // namespace pipeline
