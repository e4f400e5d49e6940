// SPDX-License-Identifier: Apache-2.0
#include "observer/show/status_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "observer/judge/readable.hpp"
#include "observer/show/condition_text.hpp"
#include "observer/show/process_table.hpp"

namespace pipeline {
namespace {

constexpr double kStill = 3;  // seconds without movement until the text says so

class Page {
  public:
    void line(std::string_view label, std::string_view text) {
        fmt::format_to(std::back_inserter(text_), "{:<12}{}\n", label, text);
    }
    void add(std::string_view text) { text_ += text; }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

std::string oldest_text(const Observation& now) {
    if (!now.oldest_acquired_ns || *now.oldest_acquired_ns > now.at_ns) return {};
    return ", the oldest for " +
           readable_seconds(static_cast<double>(now.at_ns - *now.oldest_acquired_ns) / 1e9);
}

// A pipeline with short ids and without bodies has no such line.
void add_bytes(Page& page, std::string_view label, const BytesInUse& bytes) {
    if (bytes.used == 0) return;
    page.line(label, fmt::format("{:>14} of {}", readable_bytes(bytes.used), readable_bytes(bytes.capacity)));
}

void add_flow(Page& page, const Observation& now, const Comparison& recent) {
    const Flow& flow = now.flow();
    const std::string expected = now.expected == 0 ? "" : fmt::format(" of {}", readable_count(now.expected));
    page.line("acquired", fmt::format("{:>14}{}", readable_count(flow.acquired), expected));
    page.line("booked", fmt::format("{:>14}", readable_count(flow.outcomes.booked)));
    page.line("rejected", fmt::format("{:>14}", readable_count(flow.outcomes.rejected)));
    page.line("failed", fmt::format("{:>14}", readable_count(flow.outcomes.failed)));
    if (flow.outcomes.waiting != 0) {
        page.line("waiting",
                  fmt::format("{:>14}, {} given again", readable_count(flow.outcomes.still_waiting()),
                              readable_count(flow.outcomes.given_again)));
    }
    page.line("duplicates", fmt::format("{:>14}", readable_count(flow.outcomes.duplicates)));
    page.line("in flight", fmt::format("{:>14}{}", readable_count(now.in_flight()), oldest_text(now)));
    page.line("in the ring",
              fmt::format("{:>14} of {}", readable_count(flow.in_ring), readable_count(now.ring_capacity)));
    page.line("in hands", fmt::format("{:>14}", readable_count(flow.in_hands)));
    page.line("in storage", fmt::format("{:>14} of {}", readable_count(now.in_storage()),
                                        readable_count(now.storage_capacity)));
    add_bytes(page, "bytes in the ring", now.ring_bytes);
    add_bytes(page, "bytes in storage", now.storage_bytes);
    if (recent.seconds <= 0) return;
    page.line("per second",
              fmt::format("{} acquired, {} processed, {} into the ledger (last {})",
                          readable_rate(recent.acquired_per_second), readable_rate(recent.saved_per_second),
                          readable_rate(recent.stored_per_second), readable_seconds(recent.seconds)));
}

void add_latencies(Page& page, const Observation& now) {
    page.add(fmt::format("\n{:<16}{:>14}{:>12}{:>12}{:>12}{:>12}\n", "since the start", "count", "mean",
                         "p50", "p99", "p99.9"));
    const auto add = [&page](std::string_view label, const Latencies& latencies) {
        if (latencies.count == 0) return page.add(fmt::format("{:<16}{:>14}\n", label, 0));
        page.add(fmt::format("{:<16}{:>14}{:>12}{:>12}{:>12}{:>12}\n", label, readable_count(latencies.count),
                             readable_seconds(latencies.mean), readable_seconds(latencies.p50),
                             readable_seconds(latencies.p99), readable_seconds(latencies.p999)));
    };
    add("waiting", Latencies::of(now.waiting));
    add("processing", Latencies::of(now.processing));
    add("until durable", Latencies::of(now.until_durable, now.under_way));
}

void add_processes(Page& page, const View& view) {
    page.add(fmt::format("\n{:<13}{:>8} {:<8}{:<21}{:>9}{:>7}{:>5} {:>11}  {}\n", "process", "pid", "state",
                         "doing", "items/s", "busy", "died", "memory", "invoice"));
    for (const ProcessRow& row : process_rows(view)) {
        const std::string invoice =
            row.invoice.empty() ? ""
                                : fmt::format("  {} for {}, attempt {}", row.invoice, row.since, row.attempt);
        page.add(fmt::format("{:<13}{:>8} {:<8}{:<21}{:>9}{:>7}{:>5} {:>11}{}\n", row.name, row.pid,
                             to_text(row.state), row.doing, row.items_per_second, row.busy, row.deaths,
                             row.memory, invoice));
        if (!row.last_death.empty()) page.add(fmt::format("{:<13}last death: {}\n", "", row.last_death));
    }
}

}  // namespace

std::string consumers_text(const SupervisorObservation& supervisor) {
    const std::uint32_t wanted = supervisor.wanted_consumers;
    std::string text = counted(wanted, "consumer");
    if (supervisor.least_consumers != supervisor.most_consumers)
        text += fmt::format(" ({} to {})", supervisor.least_consumers, supervisor.most_consumers);
    return text;
}

std::string state_text(const Observation& now) {
    return std::string(to_text(now.state)) + (now.is_paused ? ", source paused" : "");
}

std::string stillness(const View& view) {
    if (!view.now || view.moved_ns == 0 || view.now->state == PipelineState::Finished) return {};
    const double still = view.unmoved_seconds();
    if (still < kStill) return {};
    return fmt::format("nothing has moved for {}, since {}", readable_seconds(still),
                       readable_time(view.now->at.at_us(view.moved_ns), view.now->at.now_us()));
}

bool is_to_be_told(const View& view) noexcept {
    return view.now && (view.now->in_flight() != 0 || !view.health.is_good);
}

std::string status_text(const View& view) {
    const Observation& now = *view.now;
    Page page;
    page.line("pipeline", fmt::format("{}, {}", view.name, state_text(now)));
    page.line("source", printable(now.source) + (now.is_source_exhausted ? " (has ended)" : ""));
    if (const std::string text = source_text(now); !text.empty()) page.line("", text);
    page.line("ledger", printable(now.ledger));
    page.line("", ledger_text(now));
    page.line("wanted", consumers_text(now.supervisor));
    if (!view.recent.advice.sentence.empty()) page.line("advice", view.recent.advice.sentence);
    if (const std::string still = stillness(view); !still.empty()) page.line("movement", still);
    if (!view.health.is_good) page.line("health", view.health.reason);
    page.add("\n");
    add_flow(page, now, view.recent);
    add_latencies(page, now);
    add_processes(page, view);
    return page.take();
}

std::string waiting_text(const View& view) {
    return view.trouble.empty() ? fmt::format("waiting for a pipeline of the name '{}'", view.name)
                                : view.trouble;
}

std::string status_line(const View& view) {
    const Observation& now = *view.now;
    const std::string time = readable_time(now.at.now_us(), now.at.now_us());
    const Flow& flow = now.flow();
    std::string line =
        fmt::format("{} {}: acquired {}, booked {}, rejected {}, failed {}, duplicates {}, in flight {}",
                    time, to_text(now.state), flow.acquired, flow.outcomes.booked, flow.outcomes.rejected,
                    flow.outcomes.failed, flow.outcomes.duplicates, now.in_flight());
    if (view.recent.seconds > 0)
        line += fmt::format(", {}/s in, {}/s out", readable_rate(view.recent.acquired_per_second),
                            readable_rate(view.recent.stored_per_second));
    if (!view.health.is_good && now.state != PipelineState::Finished) return line + "; " + view.health.reason;
    if (const std::string still = stillness(view); !still.empty()) return line + "; " + still;
    if (!view.recent.advice.sentence.empty() && now.state == PipelineState::Running)
        line += "; " + view.recent.advice.sentence;
    return line;
}

}  // namespace pipeline
