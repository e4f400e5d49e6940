// SPDX-License-Identifier: Apache-2.0
// A POSIX message queue (mq_overview(7)). Fair: as deep as the system allows this user (10 messages unless it
// is privileged), and a batch is one message, cut to the greatest size that a message may have (8 KiB by
// default).
#include <fcntl.h>
#include <mqueue.h>

#include <string>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

template <class Item>
class PosixQueue {
  public:
    explicit PosixQueue(const Settings& settings)
        : at_once_(std::min(settings.batch, std::size_t{8192} / sizeof(Item))) {
        const std::string name = "/bench-" + std::to_string(::getpid());
        for (const long depth : {1024L, 256L, 10L}) {
            mq_attr attributes{};
            attributes.mq_maxmsg = depth;
            attributes.mq_msgsize = static_cast<long>(at_once_ * sizeof(Item));
            queue_ = ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
            if (queue_ != -1) break;
        }
        if (queue_ == -1) {
            std::perror("mq_open");
            ::_exit(1);
        }
        ::mq_unlink(name.c_str());
    }

    void enter_producer() {}
    void enter_consumer(unsigned) {}
    void started() {}
    void leave() {}

    void send(std::span<const Item> items) {
        while (!items.empty()) {
            const auto some = items.first(std::min(at_once_, items.size()));
            if (::mq_send(queue_, reinterpret_cast<const char*>(some.data()), some.size_bytes(), 0) != 0)
                ::_exit(1);
            items = items.subspan(some.size());
        }
    }

    void finish(unsigned consumers) {
        for (unsigned i = 0; i < consumers; ++i) ::mq_send(queue_, "", 0, 0);
    }

    std::span<const Item> receive(std::size_t) {
        const ssize_t got =
            ::mq_receive(queue_, reinterpret_cast<char*>(received_.data()), at_once_ * sizeof(Item), nullptr);
        return {received_.data(), got > 0 ? static_cast<std::size_t>(got) / sizeof(Item) : 0};
    }

  private:
    mqd_t queue_ = -1;
    std::size_t at_once_;
    std::array<Item, kMaxBatchItems> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_peer<pipeline::bench::PosixQueue>(argc, argv);
}
