// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/screen_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "common/base/printable.hpp"
#include "observer/judge/readable.hpp"
#include "observer/screen/process_columns.hpp"
#include "observer/screen/screen_help.hpp"
#include "observer/show/condition_text.hpp"
#include "observer/show/status_text.hpp"

namespace pipeline {
namespace {

constexpr int kAdvice = 1;  // two rows
constexpr int kPace = 3;
constexpr int kFlow = 5;
constexpr int kTotals = 9;
constexpr int kConditions = 10;
constexpr int kTable = 11;
constexpr int kLatencyColumn = 43;

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
    if (state.is_paused) picture.put(0, (columns - 8) / 2, " PAUSED ", Style::Header);
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

constexpr std::size_t kSparkSeconds = 120;

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

// Draws how a number changed in the last two minutes, the newest value at the right end. The height of each
// character shows its value relative to the greatest one. If there are fewer columns than seconds, each
// character is the mean of several seconds.
std::string sparkline(const std::vector<Pace>& history, double Pace::*number, std::size_t width,
                      bool has_unicode) {
    constexpr std::array<const char*, 9> kUnicode{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::array<const char*, 9> kAscii{" ", ".", ".", ":", ":", "-", "=", "+", "#"};
    if (width == 0) return {};
    const std::size_t seconds = (kSparkSeconds + width - 1) / width;  // per character
    const auto each = static_cast<double>(seconds);
    std::vector<double> means;  // oldest first
    for (std::size_t left = width; left > 0; --left) {
        const double begin = each * static_cast<double>(left);
        means.push_back(mean_between(history, number, begin, begin - each));
    }
    const double most = *std::max_element(means.begin(), means.end());
    std::string line;
    for (const double mean : means) {
        const auto level =
            most > 0 ? static_cast<std::size_t>(std::ceil(8 * std::clamp(mean / most, 0.0, 1.0))) : 0;
        line += (has_unicode ? kUnicode : kAscii)[level];
    }
    return line;
}

void draw_pace(Picture& picture, const View& view, const ScreenState& state) {
    constexpr int kLabel = 11;
    constexpr int kNumber = 10;
    const int left = picture.size().columns - kLabel - kNumber - 2;
    const std::size_t width = left > 0 ? std::min(kSparkSeconds, static_cast<std::size_t>(left)) : 0;
    const auto draw = [&](int row, std::string_view label, double rate, double Pace::*number, Style style) {
        picture.put(row, 0, label);
        picture.put_right(row, kLabel, kNumber, readable_rate(rate), style);
        picture.put(row, kLabel + kNumber + 1, sparkline(view.history, number, width, state.has_unicode),
                    style);
    };
    draw(kPace, "acquired/s", view.recent.acquired_per_second, &Pace::acquired_per_second, Style::First);
    draw(kPace + 1, "stored/s", view.recent.stored_per_second, &Pace::stored_per_second, Style::Second);
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

void draw_flow(Picture& picture, const Observation& now) {
    const Flow& flow = now.flow();
    draw_fill(picture, kFlow, "ring", flow.in_ring, now.ring_capacity);
    draw_fill(picture, kFlow + 1, "storage", flow.saved > now.released ? flow.saved - now.released : 0,
              now.storage_capacity);
    picture.put(kFlow + 2, 0,
                fmt::format("in flight {}, {} in hands", readable_count(now.in_flight()),
                            readable_count(flow.in_hands)));
    if (now.oldest_acquired_ns && *now.oldest_acquired_ns < now.at_ns)
        picture.put(kFlow + 3, 0,
                    "oldest    under way for " +
                        readable_seconds(static_cast<double>(now.at_ns - *now.oldest_acquired_ns) / 1e9));
}

void draw_latency(Picture& picture, const View& view) {
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
    row(kFlow, "latency", {"p50", "p99", "p99.9"}, Style::Faint);
    row(kFlow + 1, "waiting", numbers(view.recent.waiting), Style::Plain);
    row(kFlow + 2, "processing", numbers(view.recent.processing), Style::Plain);
    row(kFlow + 3, "durable", numbers(view.recent.until_durable), Style::Plain);
}

void draw_totals(Picture& picture, const Observation& now) {
    const Flow& flow = now.flow();
    int column = 0;
    const auto add = [&](std::string_view label, std::uint64_t count, Style style) {
        column = picture.put(kTotals, column, label, Style::Faint) + 1;
        column = picture.put(kTotals, column, readable_count(count), style) + 2;
    };
    add("acquired", flow.acquired, Style::Strong);
    add("booked", flow.outcomes.booked, Style::Strong);
    add("rejected", flow.outcomes.rejected, Style::Strong);
    add("failed", flow.outcomes.failed, flow.outcomes.failed == 0 ? Style::Strong : Style::Bad);
    if (flow.outcomes.waiting != 0) add("waiting", flow.outcomes.still_waiting(), Style::Strong);
    add("duplicates", flow.outcomes.duplicates, Style::Strong);
}

// Draws the conditions of source and ledger in one row, as far as they fit; first the one in trouble.
void draw_conditions(Picture& picture, const Observation& now) {
    const auto style = [](bool is_in_trouble) { return is_in_trouble ? Style::Bad : Style::Plain; };
    int column = 0;
    const auto put = [&](std::string_view label, const std::string& text, bool is_in_trouble) {
        if (text.empty()) return;
        column = picture.put(kConditions, column, label, Style::Faint) + 1;
        column = picture.put(kConditions, column, text, style(is_in_trouble)) + 2;
    };
    const bool source_first = is_source_in_trouble(now) && !is_ledger_in_trouble(now);
    if (source_first) put("source", source_text(now), true);
    put("ledger", ledger_text(now), is_ledger_in_trouble(now));
    if (!source_first) put("source", source_text(now), is_source_in_trouble(now));
}

int rows_for_processes(ScreenSize size) noexcept {
    return std::max(0, size.rows - kTable - 2);
}

void draw_processes(Picture& picture, const View& view, const ScreenState& state) {
    const ScreenSize size = picture.size();
    draw_process_header(picture, kTable, state.order);
    const auto rows = process_rows(view, state.order);
    const auto first = static_cast<std::size_t>(std::clamp(state.scrolled, 0, most_scrolled(view, size)));
    const auto shown = static_cast<std::size_t>(rows_for_processes(size));
    for (std::size_t i = first; i < std::min(rows.size(), first + shown); ++i)
        draw_process(picture, kTable + 1 + static_cast<int>(i - first), rows[i]);
}

void draw_keys(Picture& picture, const View& view, const ScreenState& state) {
    const int row = picture.size().rows - 1;
    picture.put_over(row, 0,
                     fmt::format(" q quit   p {}   s sort: {}   ? what the numbers mean",
                                 state.is_paused ? "go on" : "pause", to_text(state.order)),
                     Style::Header);
    const int hidden = most_scrolled(view, picture.size());
    if (hidden == 0) return;
    const std::string text = fmt::format("{} more: up, down ", hidden);
    picture.put_right(row, picture.size().columns - length_of(text), length_of(text), text, Style::Header);
}

}  // namespace

int most_scrolled(const View& view, ScreenSize size) noexcept {
    const int all = view.now ? static_cast<int>(view.now->consumers.size()) + 2 : 0;
    return std::max(0, all - rows_for_processes(size));
}

Picture draw_screen(const View& view, const ScreenState& state, ScreenSize size) {
    Picture picture(size);
    draw_title(picture, view, state);
    if (state.shows_help) {
        draw_help(picture, 2);
    } else {
        draw_advice(picture, view);
        if (view.now) {
            draw_pace(picture, view, state);
            draw_flow(picture, *view.now);
            draw_latency(picture, view);
            draw_totals(picture, *view.now);
            draw_conditions(picture, *view.now);
            draw_processes(picture, view, state);
        }
    }
    draw_keys(picture, view, state);
    return picture;
}

}  // namespace pipeline
