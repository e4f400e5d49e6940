// SPDX-License-Identifier: Apache-2.0
// A POSIX message queue (mq_overview(7)), one body a message. Fair: as deep as the system allows this user.
#include <fcntl.h>
#include <mqueue.h>

#include <string>
#include <vector>

#include "bench/body/run.hpp"

namespace pipeline::bench {
namespace {

class BodyPosixQueue {
  public:
    explicit BodyPosixQueue(const Settings& settings) : received_(settings.body_bytes) {
        const std::string name = "/bench-body-" + std::to_string(::getpid());
        for (const long depth : {1024L, 256L, 64L, 32L, 10L, 4L, 2L}) {
            mq_attr attributes{};
            attributes.mq_maxmsg = depth;
            attributes.mq_msgsize = static_cast<long>(settings.body_bytes);
            queue_ = ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
            if (queue_ != -1) break;
        }
        if (queue_ == -1) {
            leave_out(settings,
                      "messages of this size need a greater fs.mqueue.msgsize_max and RLIMIT_MSGQUEUE");
        }
        ::mq_unlink(name.c_str());
    }

    void enter_producer() {}
    void enter_consumer() {}
    void started() {}

    void send(std::span<const Message> messages) {
        for (const Message& message : messages)
            if (::mq_send(queue_, message.body, message.bytes, 0) != 0) ::_exit(1);
    }
    void finish() { ::mq_send(queue_, "", 0, 0); }

    std::string_view receive() {
        const ssize_t got = ::mq_receive(queue_, received_.data(), received_.size(), nullptr);
        return {received_.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }

  private:
    mqd_t queue_ = -1;
    std::vector<char> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BodyPosixQueue>(argc, argv);
}
