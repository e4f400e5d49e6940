// SPDX-License-Identifier: Apache-2.0
// A notification that nobody waits for, and the way from a notification to the waiter going on.
#include <benchmark/benchmark.h>

#include <thread>

#include "bench/harness/shared.hpp"
#include "common/shm/condition.hpp"

namespace pipeline::bench {
namespace {

void notify_nobody(benchmark::State& state) {
    auto& condition = shared<Condition>();
    for (auto _ : state) condition.notify();
}
BENCHMARK(notify_nobody);

struct Table {
    Condition ball;
    Condition back;
    std::atomic<std::uint32_t> served;
    std::atomic<std::uint32_t> returned;
};

// There and back between two threads that both sleep (after their bounded spin) until it is their turn.
void wake_there_and_back(benchmark::State& state) {
    constexpr std::chrono::milliseconds kBound{500};
    auto& table = shared<Table>();
    std::atomic<bool> over{false};
    std::thread other([&] {
        for (std::uint32_t turn = 1; !over; ++turn) {
            while (!over &&
                   !table.ball.wait_for(kBound, [&] { return table.served.load() == turn || over; })) {
            }
            table.returned.store(turn);
            table.back.notify();
        }
    });
    std::uint32_t turn = 0;
    for (auto _ : state) {
        table.served.store(++turn);
        table.ball.notify();
        while (!table.back.wait_for(kBound, [&] { return table.returned.load() == turn; })) {
        }
    }
    over = true;
    table.ball.wake();
    other.join();
}
BENCHMARK(wake_there_and_back)->UseRealTime();

}  // namespace
}  // namespace pipeline::bench
