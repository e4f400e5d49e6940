// SPDX-License-Identifier: Apache-2.0
// A view as the observer would have it of a busy pipeline, for tests of what is shown.
#pragma once

#include <fmt/format.h>

#include <memory>

#include "observer/judge/lookout.hpp"

namespace pipeline::test {

// Of the first `consumers` places: all run, odd ones have died once and are working on an invoice.
inline View sample_view(std::uint16_t consumers) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    constexpr std::uint64_t kNow = 1000 * kSecond;
    const auto histogram = [](std::uint64_t count) {
        const auto area = std::make_unique<HistogramArea>();
        area->add(2'000'000, count);
        return Histogram(*area);
    };
    Observation earlier;
    earlier.at_ns = kNow - 10 * kSecond;
    earlier.generation = 7;
    earlier.live = {{10'000, 0, 0, 8'000, 8'000, {}}, true};
    earlier.processing = histogram(1'000);
    Observation now = earlier;
    now.at_ns = kNow;
    now.at = WallClock(1'700'049'600'000'000, kNow);
    now.source = "sequence";
    now.ledger = "sqlite:/srv/invoices.db";
    now.state = PipelineState::Running;
    now.ring_capacity = 16'384;
    now.storage_capacity = 16'384;
    now.live = {{20'000, 7'000, 0, 13'000, 12'000, {11'980, 10, 5, 5}}, true};
    now.released = 11'000;
    now.oldest_acquired_ns = kNow - 4 * kSecond;
    now.supervisor = {4000, ProcessState::Running, 8U << 20U, consumers, 1, 32, kNow - 600 * kSecond};
    now.producer.pid = 4001;
    now.producer.state = ProcessState::Running;
    now.producer.private_bytes = 5U << 20U;
    now.producer.time = {{2 * kSecond, 0, 8 * kSecond, 0}, Activity::WaitingForRoom, kNow - kSecond / 10};
    now.processing = histogram(5'000);
    now.waiting = histogram(5'000);
    now.until_durable = histogram(5'000);
    for (std::uint16_t place = 0; place < consumers; ++place) {
        ConsumerObservation consumer;
        consumer.place = place;
        earlier.consumers.push_back(consumer);
        consumer.pid = 4002U + place;
        consumer.state = ProcessState::Running;
        consumer.private_bytes = 6U << 20U;
        consumer.items = 1'000 * (std::uint64_t{place} + 1);
        consumer.time = {{9 * kSecond, kSecond, 0, 0}, Activity::Working, kNow - kSecond / 100};
        if (place % 2 == 1) {
            consumer.deaths = {1, kNow - 30 * kSecond, "killed by signal 9 (SIGKILL)"};
            consumer.invoice = CurrentInvoice{fmt::format("INV-{}", place), 2, kNow - kSecond / 2};
            now.consumer_deaths += 1;
        }
        now.consumers.push_back(consumer);
    }
    View view;
    view.name = "sample";
    view.is_attached = true;
    view.recent = Comparison::of(earlier, now);
    view.now = now;
    view.moved_ns = kNow;
    view.health = {};
    for (int second = 0; second < 120; ++second)
        view.history.push_back({kNow - (119 - static_cast<std::uint64_t>(second)) * kSecond, 1,
                                1'000.0 + 10 * second, 400.0 + 5 * (second % 20), 8'000, 0.5});
    return view;
}

}  // namespace pipeline::test
