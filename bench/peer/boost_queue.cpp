// SPDX-License-Identifier: Apache-2.0
// Boost.Interprocess' message_queue: what a C++ programmer finds first for this. Fair: one queue, one
// priority (the cheap case), as much room as the pipeline's ring has, messages of exactly the items' size;
// packed, a message holds a whole batch and costs its lock and its wake-up once.
#include <boost/interprocess/ipc/message_queue.hpp>
#include <memory>
#include <string>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

namespace interprocess = boost::interprocess;

template <class Item>
class BoostQueue {
  public:
    explicit BoostQueue(const Settings& settings) : name_("bench-boost-" + std::to_string(::getpid())) {
        interprocess::message_queue::remove(name_.c_str());
        queue_ = std::make_unique<interprocess::message_queue>(interprocess::create_only, name_.c_str(),
                                                               kQueueItems / settings.batch,
                                                               settings.batch * sizeof(Item));
        interprocess::message_queue::remove(name_.c_str());  // the mapping stays; nothing is left behind
    }

    void enter_producer() {}
    void enter_consumer(unsigned) {}
    void started() {}
    void leave() {}

    void send(std::span<const Item> items) { queue_->send(items.data(), items.size_bytes(), 0); }

    void finish(unsigned consumers) {
        for (unsigned i = 0; i < consumers; ++i) queue_->send(nullptr, 0, 0);
    }

    std::span<const Item> receive(std::size_t most) {
        interprocess::message_queue::size_type bytes = 0;
        unsigned priority = 0;
        queue_->receive(received_.data(), most * sizeof(Item), bytes, priority);
        return {received_.data(), bytes / sizeof(Item)};
    }

  private:
    std::string name_;
    std::unique_ptr<interprocess::message_queue> queue_;
    std::array<Item, kMaxBatchItems> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_peer<pipeline::bench::BoostQueue>(argc, argv);
}
