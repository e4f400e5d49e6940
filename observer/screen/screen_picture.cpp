// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/screen_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "common/base/clock.hpp"
#include "common/base/printable.hpp"
#include "observer/judge/readable.hpp"
#include "observer/screen/lookup_picture.hpp"
#include "observer/screen/process_columns.hpp"
#include "observer/screen/rate_chart.hpp"
#include "observer/screen/screen_help.hpp"
#include "observer/show/condition_text.hpp"
#include "observer/show/status_text.hpp"

namespace pipeline {
namespace {

constexpr int kAdvice = 1;  // two rows
constexpr int kPace = 3;
constexpr int kLatencyColumn = 43;

// Where the parts below the rates are. A tall screen gives rows that the processes do not need to the charts.
struct Rows {
    int chart;  // rows of each of the two charts
    int flow;   // four rows
    int totals;
    int conditions;
    int table;
};

int processes_of(const View& view) noexcept {
    return view.now ? static_cast<int>(view.now->consumers.size()) + 2 : 0;
}

Rows rows_of(const View& view, ScreenSize size) noexcept {
    constexpr int kTall = 30;
    constexpr int kMostChart = 12;
    constexpr int kOthers = 12;  // all rows but those of charts and processes
    const int spare = size.rows - kOthers - processes_of(view) - 1;  // one stays empty
    const int chart = size.rows >= kTall && spare >= 6 ? std::min(spare / 2, kMostChart) : 1;
    const int flow = kPace + 2 * chart + (chart > 1 ? 1 : 0);
    return {chart, flow, flow + 4, flow + 5, flow + 6};
}

Style style_of(PipelineState state) noexcept {
    switch (state) {
        case PipelineState::Running:
        case PipelineState::Starting:
            return Style::Good;
        case PipelineState::Draining:
        case PipelineState::Finished:
        case PipelineState::Unknown:
            return Style::Warn;
        case PipelineState::Stopped:
        case PipelineState::Dead:
            break;
    }
    return Style::Bad;
}

void draw_title(Picture& picture, const View& view, const ScreenState& state) {
    int column = picture.put(0, 0, view.name, Style::Strong) + 2;
    if (view.now) {
        column = picture.put(0, column, state_text(*view.now), style_of(view.now->state)) + 2;
        column = picture.put(0, column, consumers_text(view.now->supervisor), Style::Plain) + 2;
        picture.put(0, column, printable(view.now->source), Style::Faint);
    }
    std::string right;
    if (view.now) {
        const SupervisorObservation& supervisor = view.now->supervisor;
        const std::uint64_t up =
            view.now->at_ns > supervisor.started_ns ? view.now->at_ns - supervisor.started_ns : 0;
        right = fmt::format("  up {}  {}", readable_seconds(static_cast<double>(up) / 1e9),
                            readable_time(view.now->at.now_us(), view.now->at.now_us()));
    }
    const int columns = picture.size().columns;
    picture.put_right(0, columns - length_of(right), length_of(right), right, Style::Faint);
    if (state.is_frozen) picture.put(0, (columns - 8) / 2, " FROZEN ", Style::Header);
}

// Draws the text in one row or, if it is too long, in two rows, broken at a blank.
void draw_two_rows(Picture& picture, std::string_view given, Style style) {
    const std::string safe = safe_line(given);
    std::string_view text = safe;
    const int columns = picture.size().columns;
    if (length_of(text) > columns) {
        const std::size_t most = offset_of(text, columns);
        const auto blank = text.substr(0, most + 1).rfind(' ');
        const bool is_broken = blank != std::string_view::npos;
        picture.put(kAdvice, 0, text.substr(0, is_broken ? blank : most), style);
        text.remove_prefix(is_broken ? blank + 1 : most);
        picture.put(kAdvice + 1, 0, text, style);
        return;
    }
    picture.put(kAdvice, 0, text, style);
}

void draw_advice(Picture& picture, const View& view) {
    if (!view.is_attached) {
        draw_two_rows(picture, view.now ? view.health.reason + "; " + waiting_text(view) : waiting_text(view),
                      Style::Warn);
    } else if (const std::string still = stillness(view); !still.empty() && is_to_be_told(view)) {
        draw_two_rows(picture, still + (view.health.is_good ? "" : ": " + view.health.reason), Style::Bad);
    } else if (!view.health.is_good) {
        draw_two_rows(picture, view.health.reason, Style::Bad);
    } else {
        draw_two_rows(picture, view.recent.advice.sentence, Style::Plain);
    }
}

// Draws both rates. Where a chart has several rows, its axes have values.
void draw_pace(Picture& picture, const View& view, const ScreenState& state, const Rows& rows) {
    constexpr int kLabel = 11;
    constexpr int kNumber = 10;
    const int column = kLabel + kNumber + 1;
    const int columns =
        std::clamp(picture.size().columns - column - 1, 0, static_cast<int>(kHistory.count()));
    const auto draw = [&](int row, std::string_view label, double rate, double Pace::*number, Style style) {
        picture.put(row, 0, label);
        picture.put_right(row, kLabel, kNumber, readable_rate(rate), style);
        draw_chart(picture, {row, column, rows.chart, columns}, view.history, number, style,
                   state.has_unicode);
        if (rows.chart < 3) return;
        const double most = chart_most(view.history, number, columns);
        picture.put_right(row + 1, 0, kLabel + kNumber, "most " + readable_rate(most), Style::Faint);
        picture.put_right(row + rows.chart - 1, 0, kLabel + kNumber, "0", Style::Faint);
    };
    draw(kPace, "acquired/s", view.recent.acquired_per_second, &Pace::acquired_per_second, Style::First);
    draw(kPace + rows.chart, "stored/s", view.recent.stored_per_second, &Pace::stored_per_second,
         Style::Second);
    if (rows.chart < 3) return;
    const int axis = kPace + 2 * rows.chart;
    picture.put(axis, column, readable_seconds(chart_seconds(columns)) + " ago", Style::Faint);
    picture.put_right(axis, column, columns, "now", Style::Faint);
}

void draw_fill(Picture& picture, int row, std::string_view label, std::uint64_t count,
               std::uint64_t capacity) {
    constexpr int kLabel = 9;
    constexpr int kBar = 12;
    const double share =
        capacity == 0 ? 0 : std::clamp(static_cast<double>(count) / static_cast<double>(capacity), 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(std::ceil(share * kBar));
    picture.put(row, 0, label);
    picture.put(row, kLabel, "[", Style::Strong);
    picture.put(row, kLabel + 1, std::string(filled, '|'),
                share < 0.5   ? Style::Good
                : share < 0.9 ? Style::Warn
                              : Style::Bad);
    picture.put(row, kLabel + 1 + kBar, "]", Style::Strong);
    picture.put(row, kLabel + kBar + 3,
                fmt::format("{} of {}", readable_count(count), readable_count(capacity)));
}

void draw_flow(Picture& picture, const Observation& now, const Rows& rows) {
    const Flow& flow = now.flow();
    draw_fill(picture, rows.flow, "ring", flow.in_ring, now.ring_capacity);
    draw_fill(picture, rows.flow + 1, "storage", flow.saved > now.released ? flow.saved - now.released : 0,
              now.storage_capacity);
    picture.put(rows.flow + 2, 0,
                fmt::format("in flight {}, {} in hands", readable_count(now.in_flight()),
                            readable_count(flow.in_hands)));
    if (now.oldest_acquired_ns && *now.oldest_acquired_ns < now.at_ns)
        picture.put(rows.flow + 3, 0,
                    "oldest    under way for " +
                        readable_seconds(static_cast<double>(now.at_ns - *now.oldest_acquired_ns) / 1e9));
}

void draw_latency(Picture& picture, const View& view, const Rows& rows) {
    constexpr int kWidth = 9;
    constexpr int kFirst = kLatencyColumn + 10;
    const auto row = [&](int at, std::string_view label, const std::array<std::string, 3>& numbers,
                         Style style) {
        picture.put(at, kLatencyColumn, label, style);
        for (int i = 0; i < 3; ++i)
            picture.put_right(at, kFirst + i * kWidth, kWidth, numbers[static_cast<std::size_t>(i)], style);
    };
    const auto numbers = [](const Latencies& latencies) -> std::array<std::string, 3> {
        if (latencies.count == 0) return {"-", "-", "-"};
        return {readable_seconds(latencies.p50), readable_seconds(latencies.p99),
                readable_seconds(latencies.p999)};
    };
    row(rows.flow, "latency", {"p50", "p99", "p99.9"}, Style::Faint);
    row(rows.flow + 1, "waiting", numbers(view.recent.waiting), Style::Plain);
    row(rows.flow + 2, "processing", numbers(view.recent.processing), Style::Plain);
    row(rows.flow + 3, "durable", numbers(view.recent.until_durable), Style::Plain);
}

void draw_totals(Picture& picture, const Observation& now, const Rows& rows) {
    const Flow& flow = now.flow();
    int column = 0;
    const auto add = [&](std::string_view label, std::uint64_t count, Style style) {
        column = picture.put(rows.totals, column, label, Style::Faint) + 1;
        column = picture.put(rows.totals, column, readable_count(count), style) + 2;
    };
    add("acquired", flow.acquired, Style::Strong);
    add("booked", flow.outcomes.booked, Style::Strong);
    add("rejected", flow.outcomes.rejected, Style::Strong);
    add("failed", flow.outcomes.failed, flow.outcomes.failed == 0 ? Style::Strong : Style::Bad);
    if (flow.outcomes.waiting != 0) add("waiting", flow.outcomes.still_waiting(), Style::Strong);
    if (flow.outcomes.duplicates != 0) add("duplicates", flow.outcomes.duplicates, Style::Strong);
}

// Draws the conditions of source and ledger in one row, as far as they fit; first the one in trouble.
void draw_conditions(Picture& picture, const Observation& now, const Rows& rows) {
    const auto style = [](bool is_in_trouble) { return is_in_trouble ? Style::Bad : Style::Plain; };
    int column = 0;
    const auto put = [&](std::string_view label, const std::string& text, bool is_in_trouble) {
        if (text.empty()) return;
        column = picture.put(rows.conditions, column, label, Style::Faint) + 1;
        column = picture.put(rows.conditions, column, text, style(is_in_trouble)) + 2;
    };
    const bool source_first = is_source_in_trouble(now) && !is_ledger_in_trouble(now);
    if (source_first) put("source", source_text(now), true);
    put("ledger", ledger_text(now), is_ledger_in_trouble(now));
    if (!source_first) put("source", source_text(now), is_source_in_trouble(now));
}

int rows_for_processes(const View& view, ScreenSize size) noexcept {
    return std::max(0, size.rows - rows_of(view, size).table - 2);
}

void draw_processes(Picture& picture, const View& view, const ScreenState& state, int table) {
    const ScreenSize size = picture.size();
    draw_process_header(picture, table, state.order);
    const auto rows = process_rows(view, state.order);
    const auto first = static_cast<std::size_t>(std::clamp(state.scrolled, 0, most_scrolled(view, size)));
    const auto shown = static_cast<std::size_t>(rows_for_processes(view, size));
    for (std::size_t i = first; i < std::min(rows.size(), first + shown); ++i)
        draw_process(picture, table + 1 + static_cast<int>(i - first), rows[i]);
}

void draw_keys(Picture& picture, const View& view, const ScreenState& state) {
    const int row = picture.size().rows - 1;
    const std::string freeze = state.is_frozen ? "p thaw" : "p freeze";
    if (state.lookup.is_open()) {
        picture.put_over(row, 0, " q quit  " + state.lookup.keys() + "  " + freeze, Style::Header);
        return;
    }
    picture.put_over(
        row, 0,
        fmt::format(" q quit  f failures  / find  {}  s sort: {}  ? help", freeze, to_text(state.order)),
        Style::Header);
    const int hidden = most_scrolled(view, picture.size());
    if (hidden == 0) return;
    const std::string text = fmt::format("+{} more", hidden);
    picture.put_right(row, picture.size().columns - length_of(text), length_of(text), text, Style::Header);
}

}  // namespace

int most_scrolled(const View& view, ScreenSize size) noexcept {
    return std::max(0, processes_of(view) - rows_for_processes(view, size));
}

Picture draw_screen(const View& view, const ScreenState& state, ScreenSize size) {
    Picture picture(size);
    draw_title(picture, view, state);
    if (state.shows_help) {
        draw_help(picture, 1);
    } else if (state.lookup.is_open()) {
        draw_lookup(picture, state.lookup, {1, size.rows - 2}, view.now ? view.now->at.now_us() : wall_us());
    } else {
        draw_advice(picture, view);
        if (view.now) {
            const Rows rows = rows_of(view, size);
            draw_pace(picture, view, state, rows);
            draw_flow(picture, *view.now, rows);
            draw_latency(picture, view, rows);
            draw_totals(picture, *view.now, rows);
            draw_conditions(picture, *view.now, rows);
            draw_processes(picture, view, state, rows.table);
        }
    }
    draw_keys(picture, view, state);
    return picture;
}

}  // namespace pipeline
