// SPDX-License-Identifier: Apache-2.0
// ZeroMQ, PUSH to PULL over ipc://, one body a message. Fair: the receiver reads a message where the library
// has put it, and as many bytes may wait as in the pipeline's byte area. An empty message is the end.
#include <zmq.h>

#include <string>

#include "bench/body/run.hpp"

namespace pipeline::bench {
namespace {

class BodyZeroMq {
  public:
    explicit BodyZeroMq(const Settings& settings)
        : address_("ipc:///tmp/bench-body-zmq-" + std::to_string(::getpid())),
          waiting_(static_cast<int>(backlog_of(settings.body_bytes))) {
        ::zmq_msg_init(&received_);
    }

    void enter_producer() { open(ZMQ_PUSH, true); }
    void enter_consumer() { open(ZMQ_PULL, false); }
    void started() {}

    void send(std::span<const Message> messages) {
        for (const Message& message : messages)
            if (::zmq_send(socket_, message.body, message.bytes, 0) < 0) ::_exit(1);
    }

    // Returns when the library has given all messages to the system.
    void finish() {
        ::zmq_send(socket_, "", 0, 0);
        ::zmq_close(socket_);
        ::zmq_ctx_term(context_);
        ::unlink(address_.c_str() + sizeof "ipc://" - 1);
    }

    std::string_view receive() {
        ::zmq_msg_close(&received_);
        ::zmq_msg_init(&received_);
        if (::zmq_msg_recv(&received_, socket_, 0) < 0) ::_exit(1);
        return {static_cast<const char*>(::zmq_msg_data(&received_)), ::zmq_msg_size(&received_)};
    }

  private:
    void open(int type, bool binds) {
        context_ = ::zmq_ctx_new();
        socket_ = ::zmq_socket(context_, type);
        ::zmq_setsockopt(socket_, binds ? ZMQ_SNDHWM : ZMQ_RCVHWM, &waiting_, sizeof waiting_);
        const int failed =
            binds ? ::zmq_bind(socket_, address_.c_str()) : ::zmq_connect(socket_, address_.c_str());
        if (failed != 0) {
            std::fprintf(stderr, "zeromq: %s: %s\n", address_.c_str(), ::zmq_strerror(::zmq_errno()));
            ::_exit(1);
        }
    }

    std::string address_;
    int waiting_;
    void* context_ = nullptr;
    void* socket_ = nullptr;
    zmq_msg_t received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BodyZeroMq>(argc, argv);
}
