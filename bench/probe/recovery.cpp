// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <signal.h>

#include "bench/probe/quantiles.hpp"
#include "bench/probe/questions.hpp"
#include "bench/probe/waiting.hpp"

namespace pipeline::bench {
namespace {

bool is_working(const HandArea& hand) noexcept {
    return (hand.work.load(std::memory_order_acquire) & 1U) != 0;
}

}  // namespace

// Always the consumer of place 0; it is given time to save something in between, so that the supervisor does
// not take it for one that dies again and again.
std::string recovery(const Measure& measure) {
    Pipeline pipeline(measure.supervisor, measure.options);
    const RingView ring = pipeline.segments().ring();
    const HandArea& hand = ring.area().hands[0];
    const auto pid_of_place = [&hand] {
        return ProcessId::unpack(hand.process.load(std::memory_order_acquire)).pid;
    };
    Quantiles took;
    while (took.count() < measure.count) {
        const std::uint64_t before = hand.word.load();
        wait_until("the consumer has made progress", [&] { return hand.word.load() != before; });
        wait_until("the consumer has an invoice in work",
                   [&] { return pid_of_place() != 0 && is_working(hand); });
        const std::uint32_t killed = pid_of_place();
        const std::uint64_t began = monotonic_ns();
        if (::kill(static_cast<pid_t>(killed), SIGKILL) != 0)
            throw std::runtime_error("the consumer is not there");
        wait_until(
            "the successor has an invoice in work",
            [&] { return pid_of_place() != killed && pid_of_place() != 0 && is_working(hand); },
            std::chrono::microseconds(20));
        took.add(monotonic_ns() - began);
    }
    // Not drained: working off the full ring at this pace would take longer than all that was measured.
    return fmt::format(R"("kills":{},{})", took.count(), took.json("recovery"));
}

}  // namespace pipeline::bench
