// SPDX-License-Identifier: Apache-2.0
// moodycamel's BlockingConcurrentQueue between threads of one process: an upper bound by a queue that many
// use, though it cannot be used between processes. Fair: tokens and bulk operations, as its own documentation
// advises; its memory is allocated beforehand. It has no bound of its own: the producer looks now and then
// how much waits.
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <memory>
#include <thread>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

template <class Item>
int measure(const Settings& settings) {
    using Queue = moodycamel::BlockingConcurrentQueue<Item>;
    Queue queue(kQueueItems * 2);
    std::atomic<bool> done{false};
    std::vector<Received> received(settings.consumers);
    std::vector<std::uint32_t> latencies_ns(kMaxLatencies);
    std::atomic<std::uint64_t> measured{0};

    const auto consume = [&](Received& mine) {
        moodycamel::ConsumerToken token(queue);
        std::vector<Item> items(settings.batch);
        while (true) {
            const std::size_t count = queue.wait_dequeue_bulk_timed(token, items.data(), items.size(),
                                                                    std::chrono::milliseconds(1));
            if (count != 0 && settings.pace.count() != 0) {
                const std::uint64_t at = measured.fetch_add(1);
                if (at < kMaxLatencies)
                    latencies_ns[at] = static_cast<std::uint32_t>(monotonic_ns() - items[0].acquired_ns);
            }
            if (count == 0 && done.load() && queue.size_approx() == 0) break;
            mine.check(std::span<const Item>(items).first(count), settings.id_bytes);
        }
        mine.ended_ns = monotonic_ns();  // at most a millisecond after its last item
    };

    std::vector<std::thread> threads;
    threads.reserve(settings.consumers);
    for (Received& mine : received) threads.emplace_back([&] { consume(mine); });

    Workload<Item> workload(settings.id_bytes);
    std::vector<Item> batch(settings.batch);
    workload.prepare(batch);
    moodycamel::ProducerToken token(queue);
    const std::uint64_t began = monotonic_ns();
    const std::uint64_t until =
        began + static_cast<std::uint64_t>(std::chrono::nanoseconds(settings.duration).count());
    do {
        const std::size_t at_once = settings.pace.count() == 0 ? 64 : 1;
        if (at_once == 1) std::this_thread::sleep_for(settings.pace);
        while (queue.size_approx() > kQueueItems) std::this_thread::yield();
        for (std::size_t i = 0; i < at_once; i += batch.size()) {
            workload.fill(batch);
            queue.enqueue_bulk(token, batch.data(), batch.size());
        }
    } while (monotonic_ns() < until);
    done = true;
    for (auto& thread : threads) thread.join();

    Outcome outcome;
    std::uint64_t sum = 0;
    std::uint64_t wrong = 0;
    std::uint64_t ended = began;
    for (const Received& mine : received) {
        outcome.items += mine.count;
        sum += mine.sum;
        wrong += mine.wrong;
        ended = std::max(ended, mine.ended_ns);
    }
    const std::uint64_t sent = workload.made();
    outcome.whole = outcome.items == sent && sum == sent * (sent + 1) / 2 && wrong == 0;
    outcome.seconds = static_cast<double>(ended - began) / 1e9;
    latencies_ns.resize(std::min<std::uint64_t>(measured.load(), kMaxLatencies));
    outcome.latencies_ns = latencies_ns;
    print(settings, outcome, RUSAGE_SELF);
    return outcome.whole ? 0 : 1;
}

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    using namespace pipeline::bench;
    const Settings settings = parse_settings(argc, argv);
    return settings.id_bytes <= kShortId ? measure<ShortItem>(settings) : measure<LongItem>(settings);
}
