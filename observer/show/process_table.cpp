// SPDX-License-Identifier: Apache-2.0
#include "observer/show/process_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "common/base/printable.hpp"
#include "observer/judge/readable.hpp"

namespace pipeline {
namespace {

double seconds_since(std::uint64_t ns, std::uint64_t now_ns) noexcept {
    return ns != 0 && now_ns > ns ? static_cast<double>(now_ns - ns) / 1e9 : 0;
}

const char* producer_doing(Activity activity) noexcept {
    switch (activity) {
        case Activity::Working:
            break;
        case Activity::WaitingForInput:
            return "waits for the source";
        case Activity::WaitingForRoom:
            return "waits: ring full";
        case Activity::Flushing:
            return "waits for receipts";
    }
    return "acquires";
}

const char* consumer_doing(Activity activity) noexcept {
    switch (activity) {
        case Activity::Working:
            break;
        case Activity::WaitingForInput:
            return "waits for invoices";
        case Activity::WaitingForRoom:
            return "stores results";
        case Activity::Flushing:
            return "flushes";
    }
    return "processes";
}

std::string pid_text(std::uint32_t pid) {
    return pid == 0 ? "-" : fmt::to_string(pid);
}

void fill(ProcessRow& row, const ProcessObservation& process, std::uint64_t now_ns) {
    row.pid = pid_text(process.pid);
    row.state = process.state;
    row.memory = process.private_bytes == 0 ? "-" : readable_bytes(process.private_bytes);
    row.deaths = readable_count(process.deaths.count);
    if (process.deaths.count != 0) {
        row.last_death = fmt::format("{}, {} ago", process.deaths.last_cause,
                                     readable_seconds(seconds_since(process.deaths.last_ns, now_ns)));
    }
}

ProcessRow supervisor_row(const SupervisorObservation& supervisor) {
    ProcessRow row;
    row.name = "supervisor";
    row.pid = pid_text(supervisor.pid);
    row.state = supervisor.state;
    row.memory = supervisor.private_bytes == 0 ? "-" : readable_bytes(supervisor.private_bytes);
    return row;
}

ProcessRow producer_row(const View& view) {
    const ProcessObservation& producer = view.now->producer;
    ProcessRow row;
    row.name = "producer";
    fill(row, producer, view.now->at_ns);
    if (may_live(producer.state)) row.doing = producer_doing(producer.time.now);
    if (view.recent.seconds > 0) {
        row.items_per_second = readable_rate(view.recent.acquired_per_second);
        row.busy = readable_share(view.recent.producer.working);
    }
    return row;
}

ProcessRow consumer_row(const View& view, std::size_t i) {
    const ConsumerObservation& consumer = view.now->consumers[i];
    ProcessRow row;
    row.name = fmt::format("consumer {}", consumer.place);
    fill(row, consumer, view.now->at_ns);
    if (may_live(consumer.state)) row.doing = consumer_doing(consumer.time.now);
    if (i < view.recent.consumers.size()) {
        row.items_per_second = readable_rate(view.recent.consumers[i].items_per_second);
        row.busy = readable_share(view.recent.consumers[i].shares.busy());
    }
    if (consumer.invoice) {
        row.invoice = printable(consumer.invoice->id);
        row.since = readable_seconds(seconds_since(consumer.invoice->since_ns, view.now->at_ns));
        row.attempt = fmt::to_string(consumer.invoice->attempt);
    }
    return row;
}

// Returns the sort key of consumer `i`. Consumers with greater keys come first.
double rank(const View& view, std::size_t i, SortOrder order) noexcept {
    const ConsumerObservation& consumer = view.now->consumers[i];
    const bool is_compared = i < view.recent.consumers.size();
    switch (order) {
        case SortOrder::Place:
            break;
        case SortOrder::Rate:
            return is_compared ? view.recent.consumers[i].items_per_second : 0;
        case SortOrder::Busy:
            return is_compared ? view.recent.consumers[i].shares.busy() : 0;
        case SortOrder::Since:
            return consumer.invoice ? seconds_since(consumer.invoice->since_ns, view.now->at_ns) : -1;
        case SortOrder::Deaths:
            return static_cast<double>(consumer.deaths.count);
    }
    return -static_cast<double>(consumer.place);
}

}  // namespace

const char* to_text(SortOrder order) noexcept {
    switch (order) {
        case SortOrder::Place:
            break;
        case SortOrder::Rate:
            return "items/s";
        case SortOrder::Busy:
            return "busy";
        case SortOrder::Since:
            return "longest";
        case SortOrder::Deaths:
            return "deaths";
    }
    return "place";
}

std::vector<ProcessRow> process_rows(const View& view, SortOrder order) {
    if (!view.now) return {};
    std::vector<std::size_t> consumers(view.now->consumers.size());
    std::iota(consumers.begin(), consumers.end(), 0);
    std::stable_sort(consumers.begin(), consumers.end(), [&](std::size_t a, std::size_t b) {
        return rank(view, a, order) > rank(view, b, order);
    });
    std::vector<ProcessRow> rows{supervisor_row(view.now->supervisor), producer_row(view)};
    for (const std::size_t i : consumers) rows.push_back(consumer_row(view, i));
    return rows;
}

}  // namespace pipeline
