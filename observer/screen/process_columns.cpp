// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/process_columns.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace pipeline {
namespace {

struct Column {
    const char* title;
    int width;        // in characters; the last column shown takes the rest of the row
    bool is_right;    // right-aligned, as numbers are
    int least_width;  // the column is shown only if the screen is at least this wide
    std::string ProcessRow::*text;
    std::optional<SortOrder> order;
};

// The value of Column::text in the column of the state, which ProcessRow has as an enum and not as a text.
constexpr std::string ProcessRow::*kState = nullptr;

const std::array<Column, 12>& columns() {
    static const std::array<Column, 12> all{{
        {"process", 12, false, 0, &ProcessRow::name, SortOrder::Place},
        {"pid", 7, true, 0, &ProcessRow::pid, {}},
        {"state", 7, false, 0, kState, {}},
        {"doing", 20, false, 105, &ProcessRow::doing, {}},
        {"items/s", 8, true, 0, &ProcessRow::items_per_second, SortOrder::Rate},
        {"busy", 5, true, 0, &ProcessRow::busy, SortOrder::Busy},
        {"died", 4, true, 0, &ProcessRow::deaths, SortOrder::Deaths},
        {"memory", 8, true, 0, &ProcessRow::memory, {}},
        {"for", 8, true, 0, &ProcessRow::since, SortOrder::Since},
        {"try", 3, true, 0, &ProcessRow::attempt, {}},
        {"invoice", 9, false, 0, &ProcessRow::invoice, {}},
        {"last death", 20, false, 160, &ProcessRow::last_death, {}},
    }};
    return all;
}

constexpr int kWideInvoice = 40;

// Calls `draw(column, at, width)` for each column that a screen of this width shows, beginning at `at`.
template <class Draw>
void for_each_column(const Picture& picture, Draw&& draw) {
    const int screen = picture.size().columns;
    const bool has_deaths = screen >= columns().back().least_width;
    int at = 0;
    for (const Column& column : columns()) {
        if (screen < column.least_width) continue;
        const bool is_invoice = column.text == &ProcessRow::invoice;
        int width = column.width;
        if (is_invoice) width = has_deaths ? kWideInvoice : screen - at;
        if (column.text == &ProcessRow::last_death) width = screen - at;
        draw(column, at, std::max(0, width));
        at += width + 1;
    }
}

Style style_of(ProcessState state) noexcept {
    switch (state) {
        case ProcessState::Running:
            return Style::Good;
        case ProcessState::Stopped:
            return Style::Warn;
        case ProcessState::Dead:
            return Style::Bad;
        case ProcessState::Absent:
        case ProcessState::Unknown:
            break;
    }
    return Style::Faint;
}

void put(Picture& picture, int row, const Column& column, int at, int width, std::string_view text,
         Style style) {
    if (column.is_right) {
        picture.put_right(row, at, width, text, style);
    } else {
        const bool is_id = column.text == &ProcessRow::invoice;
        picture.put(row, at, is_id ? cut_middle(text, width) : cut(text, width), style);
    }
}

}  // namespace

void draw_process_header(Picture& picture, int row, SortOrder order) {
    picture.put_over(row, 0, "", Style::Header);
    for_each_column(picture, [&](const Column& column, int at, int width) {
        const bool is_sorted = column.order == order && order != SortOrder::Place;
        put(picture, row, column, at, width, is_sorted ? std::string(column.title) + "*" : column.title,
            Style::Header);
    });
}

void draw_process(Picture& picture, int row, const ProcessRow& process) {
    for_each_column(picture, [&](const Column& column, int at, int width) {
        if (column.text == kState) {
            put(picture, row, column, at, width, to_text(process.state), style_of(process.state));
            return;
        }
        const bool has_died = column.text == &ProcessRow::deaths && !process.last_death.empty();
        put(picture, row, column, at, width, process.*column.text, has_died ? Style::Warn : Style::Plain);
    });
}

}  // namespace pipeline
