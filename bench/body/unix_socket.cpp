// SPDX-License-Identifier: Apache-2.0
// A pair of Unix sockets: body_socket keeps messages apart (SOCK_SEQPACKET), body_socket_stream does not.
// Fair: the send buffer is what the system allows, and both sides know the length of a body.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <vector>

#include "bench/body/run.hpp"
#include "bench/body/stream.hpp"

namespace pipeline::bench {
namespace {

class BodySocket {
  public:
    explicit BodySocket(const Settings& settings)
        : is_stream_(settings.peer == "body_socket_stream"), received_(settings.body_bytes) {
        if (::socketpair(AF_UNIX, is_stream_ ? SOCK_STREAM : SOCK_SEQPACKET, 0, ends_.data()) != 0) {
            std::perror("socketpair");
            ::_exit(1);
        }
        const int bytes = 1 << 22;  // cut to net.core.wmem_max by the system
        ::setsockopt(ends_[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
        if (!is_stream_ && !takes_one())
            leave_out(settings, "a message of this size needs a greater net.core.wmem_max");
    }

    void enter_producer() { ::close(ends_[0]); }
    void enter_consumer() { ::close(ends_[1]); }
    void started() {
        for (const int end : ends_) ::close(end);  // or the reader would never see the end
    }

    void send(std::span<const Message> messages) {
        for (const Message& message : messages) write_whole(ends_[1], message.text());
    }
    void finish() { ::close(ends_[1]); }
    std::string_view receive() { return read_whole(ends_[0], received_); }

  private:
    // Sends one message and takes it away again.
    bool takes_one() {
        if (::send(ends_[1], received_.data(), received_.size(), MSG_DONTWAIT) < 0) return false;
        return ::recv(ends_[0], received_.data(), received_.size(), 0) >= 0;
    }

    bool is_stream_;
    std::array<int, 2> ends_{-1, -1};
    std::vector<char> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BodySocket>(argc, argv);
}
