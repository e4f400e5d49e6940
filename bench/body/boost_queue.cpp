// SPDX-License-Identifier: Apache-2.0
// Boost.Interprocess' message_queue, one body a message. Fair: one priority (the cheap case), and room for as
// many bytes as the pipeline's byte area has.
#include <boost/interprocess/ipc/message_queue.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/body/run.hpp"

namespace pipeline::bench {
namespace {

namespace interprocess = boost::interprocess;

class BodyBoostQueue {
  public:
    explicit BodyBoostQueue(const Settings& settings) : received_(settings.body_bytes) {
        const std::string name = "bench-body-boost-" + std::to_string(::getpid());
        interprocess::message_queue::remove(name.c_str());
        queue_ = std::make_unique<interprocess::message_queue>(
            interprocess::create_only, name.c_str(), backlog_of(settings.body_bytes), settings.body_bytes);
        interprocess::message_queue::remove(name.c_str());  // the mapping stays; nothing is left behind
    }

    void enter_producer() {}
    void enter_consumer() {}
    void started() {}

    void send(std::span<const Message> messages) {
        for (const Message& message : messages) queue_->send(message.body, message.bytes, 0);
    }
    void finish() { queue_->send(nullptr, 0, 0); }

    std::string_view receive() {
        interprocess::message_queue::size_type bytes = 0;
        unsigned priority = 0;
        queue_->receive(received_.data(), received_.size(), bytes, priority);
        return {received_.data(), bytes};
    }

  private:
    std::unique_ptr<interprocess::message_queue> queue_;
    std::vector<char> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BodyBoostQueue>(argc, argv);
}
