// SPDX-License-Identifier: Apache-2.0
// How far two processors are from each other: a word that two threads, each on a processor of its own, write
// in turns. It is what all that is handed over through shared memory costs at least; under a hypervisor it
// may be three times as much an hour later, because the processors are others.
#include <fmt/format.h>
#include <sched.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "bench/probe/questions.hpp"
#include "common/base/clock.hpp"

namespace pipeline::bench {
namespace {

void run_on(int processor) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (::sched_setaffinity(0, sizeof one, &one) != 0)
        throw std::runtime_error("a thread cannot be bound to a processor");
}

// The first and the last that this process may use: the farthest apart, as a rule. None if it has but one.
std::optional<std::pair<int, int>> two_processors() {
    cpu_set_t allowed;
    std::vector<int> all;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
            if (CPU_ISSET(processor, &allowed)) all.push_back(processor);
        }
    }
    if (all.size() < 2) return std::nullopt;
    return std::pair(all.front(), all.back());
}

}  // namespace

std::string distance(const Measure&) {
    constexpr unsigned kTurns = 200'000;  // for each
    const auto processors = two_processors();
    if (!processors) return R"("one_way_ns":null)";
    const auto [here, there] = *processors;
    alignas(128) std::atomic<unsigned> word{0};
    std::atomic<bool> has_failed{false};
    std::thread other([&, processor = there] {
        try {
            run_on(processor);
        } catch (const std::exception&) {
            has_failed = true;
        }
        for (unsigned turn = 1; turn < 2 * kTurns; turn += 2) {
            while (word.load(std::memory_order_acquire) != turn) {
            }
            word.store(turn + 1, std::memory_order_release);
        }
    });
    std::uint64_t began = 0;
    try {
        run_on(here);
    } catch (const std::exception&) {
        has_failed = true;
    }
    for (unsigned turn = 0; turn < 2 * kTurns; turn += 2) {
        word.store(turn + 1, std::memory_order_release);
        while (word.load(std::memory_order_acquire) != turn + 2) {
        }
        if (turn == 0) began = monotonic_ns();
    }
    const std::uint64_t ended = monotonic_ns();
    other.join();
    if (has_failed) throw std::runtime_error("a thread cannot be bound to a processor");
    return fmt::format(R"("one_way_ns":{:.1f})", static_cast<double>(ended - began) / (2 * (kTurns - 1)));
}

}  // namespace pipeline::bench
