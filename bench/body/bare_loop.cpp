// SPDX-License-Identifier: Apache-2.0
// The bound: one process copies each body into shared memory, another reads it there, and two counters tell
// them how far the other is. No lock, no id, no sleep, and a kill of either process stops the other for ever.
// Its slots take as many bytes as the pipeline's byte area. bare_loop_narrow has only four of them: bodies
// that stay in the caches cost less than those that wait, which nothing that lets bodies wait can have.
#include <sched.h>

#include "bench/body/run.hpp"

namespace pipeline::bench {
namespace {

class BareLoop {
  public:
    explicit BareLoop(const Settings& settings)
        : bytes_(settings.body_bytes),
          slots_(settings.peer == "bare_loop_narrow" ? 4 : backlog_of(settings.body_bytes)),
          area_(shared<Area>()),
          memory_(static_cast<char*>(shared_bytes(bytes_ * slots_))) {}

    void enter_producer() { populate(memory_, bytes_ * slots_); }
    void enter_consumer() { populate(memory_, bytes_ * slots_); }
    void started() {}

    void send(std::span<const Message> messages) {
        for (const Message& message : messages) {
            wait_until([&] { return tail_ - area_.head.load(std::memory_order_acquire) < slots_; });
            std::memcpy(memory_ + tail_ % slots_ * bytes_, message.body, bytes_);
            area_.tail.store(++tail_, std::memory_order_release);
        }
    }

    void finish() { area_.closed.store(1, std::memory_order_release); }

    std::string_view receive() {
        area_.head.store(head_, std::memory_order_release);  // the body before is read
        bool closed = false;
        std::uint64_t tail = 0;
        wait_until([&] {
            closed = area_.closed.load(std::memory_order_acquire) != 0;  // before the tail
            tail = area_.tail.load(std::memory_order_acquire);
            return closed || tail != head_;
        });
        if (tail == head_) return {};
        return {memory_ + head_++ % slots_ * bytes_, bytes_};
    }

  private:
    struct Area {
        alignas(128) std::atomic<std::uint64_t> tail;
        alignas(128) std::atomic<std::uint64_t> head;
        alignas(128) std::atomic<unsigned> closed;
    };

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

    std::size_t bytes_;
    std::size_t slots_;
    Area& area_;
    char* memory_;
    std::uint64_t tail_ = 0;  // the producer's own
    std::uint64_t head_ = 0;  // the consumer's own
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BareLoop>(argc, argv);
}
