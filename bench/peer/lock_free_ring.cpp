// SPDX-License-Identifier: Apache-2.0
// An upper bound, not a rival: a ring in shared memory without locks, by tickets and sequence numbers (D.
// Vyukov's bounded queue), whose users claim as many places at once as the batch has. It carries the
// pipeline's own items, and it is not safe: a process that is killed between its claim and its publication
// stops everybody for ever. Nobody sleeps: whoever finds nothing looks again, and yields the processor after
// a while, which is the fastest that can be done while all have work.
#include <sched.h>

#include "bench/harness/run.hpp"
#include "common/core/item.hpp"

namespace pipeline::bench {
namespace {

template <class>
class LockFreeRing {
  public:
    explicit LockFreeRing(const Settings&) : area_(shared<Area>()) {
        for (std::uint64_t i = 0; i < kQueueItems; ++i) area_.turns[i].store(i, std::memory_order_relaxed);
    }

    void enter_producer() { populate(&area_, sizeof area_); }
    void enter_consumer(unsigned) { populate(&area_, sizeof area_); }
    void started() {}
    void leave() {}

    void send(std::span<const Item> items) {
        for (const Item& item : items) {
            const std::uint64_t at = tail_++;
            wait_until([&] { return turn(at).load(std::memory_order_acquire) == at; });
            area_.slots[at % kQueueItems].copy_from(item);
            turn(at).store(at + 1, std::memory_order_release);
        }
        area_.tail.store(tail_, std::memory_order_release);
    }

    void finish(unsigned) { area_.closed.store(1, std::memory_order_release); }

    std::span<const Item> receive(std::size_t most) {
        const auto [first, count] = claim(most);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t at = first + i;
            taken_[i].copy_from(area_.slots[at % kQueueItems]);
            turn(at).store(at + kQueueItems, std::memory_order_release);
        }
        return {taken_.data(), count};
    }

  private:
    struct Area {
        alignas(128) std::atomic<std::uint64_t> tail;
        alignas(128) std::atomic<std::uint64_t> head;
        alignas(128) std::atomic<unsigned> closed;
        alignas(128) std::array<std::atomic<std::uint64_t>, kQueueItems> turns;
        std::array<Item, kQueueItems> slots;
    };
    struct Claim {
        std::uint64_t first;
        std::uint64_t count;  // 0: closed and empty
    };

    Claim claim(std::size_t most) {
        Claim claimed{};
        wait_until([&] {
            const bool closed = area_.closed.load(std::memory_order_acquire) != 0;  // before the tail
            std::uint64_t head = area_.head.load(std::memory_order_relaxed);
            const std::uint64_t there = area_.tail.load(std::memory_order_acquire) - head;
            if (there == 0 || there > kQueueItems) return closed && there == 0;
            claimed = {head, std::min<std::uint64_t>(most, there)};
            if (area_.head.compare_exchange_weak(head, head + claimed.count)) return true;
            claimed = {};
            return false;
        });
        return claimed;
    }

    [[nodiscard]] std::atomic<std::uint64_t>& turn(std::uint64_t at) { return area_.turns[at % kQueueItems]; }

    template <class Holds>
    static void wait_until(Holds&& holds) {
        for (int round = 0; !holds(); ++round) {
            if (round % 64 == 63) {
                ::sched_yield();
            } else {
                __builtin_ia32_pause();
            }
        }
    }

    Area& area_;
    std::uint64_t tail_ = 0;  // the producer's own
    std::array<Item, kMaxBatchItems> taken_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    using namespace pipeline;
    const bench::Settings settings = bench::parse_settings(argc, argv);
    return bench::Measurement<bench::LockFreeRing<Item>, Item>(settings).run();
}
