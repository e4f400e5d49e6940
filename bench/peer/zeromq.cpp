// SPDX-License-Identifier: Apache-2.0
// ZeroMQ, PUSH to PULL over ipc://. Fair: contexts of one I/O thread (two processors here), a batch is one
// message, received into the caller's memory without an allocation of ours. The default high-water mark
// bounds what waits. PUSH deals the messages out in turn, so that an end mark for each would be dealt too:
// instead the receivers look for the end now and then, and the time of the last item counts.
#include <zmq.h>

#include <string>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

template <class Item>
class ZeroMq {
  public:
    explicit ZeroMq(const Settings&)
        : address_("ipc:///tmp/bench-zmq-" + std::to_string(::getpid())), shared_(shared<Shared>()) {}

    void enter_producer() { open(ZMQ_PUSH, true); }
    void enter_consumer(unsigned) { open(ZMQ_PULL, false); }
    void started() {}
    void leave() { ::unlink(address_.c_str() + sizeof "ipc://" - 1); }

    void send(std::span<const Item> items) {
        if (::zmq_send(socket_, items.data(), items.size_bytes(), 0) < 0) ::_exit(1);
        sent_ += items.size();
    }

    void finish(unsigned) {
        shared_.sent.store(sent_);
        while (shared_.received.load() < sent_) ::usleep(1000);
    }

    std::span<const Item> receive(std::size_t most) {
        while (true) {
            const int got = ::zmq_recv(socket_, received_.data(), most * sizeof(Item), 0);
            if (got > 0) {
                const auto count = static_cast<std::size_t>(got) / sizeof(Item);
                shared_.received.fetch_add(count, std::memory_order_relaxed);
                return {received_.data(), count};
            }
            const auto sent = shared_.sent.load();
            if (sent != 0 && shared_.received.load() >= sent) return {};
        }
    }

  private:
    struct Shared {
        alignas(128) std::atomic<std::uint64_t> sent;  // 0: not yet all
        alignas(128) std::atomic<std::uint64_t> received;
    };

    void open(int type, bool binds) {
        socket_ = ::zmq_socket(::zmq_ctx_new(), type);
        const int patience_ms = 5;
        ::zmq_setsockopt(socket_, ZMQ_RCVTIMEO, &patience_ms, sizeof patience_ms);
        const int failed =
            binds ? ::zmq_bind(socket_, address_.c_str()) : ::zmq_connect(socket_, address_.c_str());
        if (failed != 0) {
            std::fprintf(stderr, "zeromq: %s: %s\n", address_.c_str(), ::zmq_strerror(::zmq_errno()));
            ::_exit(1);
        }
    }

    std::string address_;
    Shared& shared_;
    void* socket_ = nullptr;
    std::uint64_t sent_ = 0;
    std::array<Item, kMaxBatchItems> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_peer<pipeline::bench::ZeroMq>(argc, argv);
}
