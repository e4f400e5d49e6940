// SPDX-License-Identifier: Apache-2.0
// One pair of Unix sockets that keep messages apart (SOCK_SEQPACKET), with N readers at its one end. Fair: a
// batch is one message, and the send buffer is what the system allows.
#include <sys/socket.h>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

template <class Item>
class UnixSocket {
  public:
    explicit UnixSocket(const Settings&) {
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()) != 0) {
            std::perror("socketpair");
            ::_exit(1);
        }
        const int bytes = 1 << 20;  // cut to net.core.wmem_max by the system
        ::setsockopt(ends_[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }

    void enter_producer() { ::close(ends_[0]); }
    void enter_consumer(unsigned) { ::close(ends_[1]); }
    void started() {
        for (const int end : ends_) ::close(end);  // or the readers would never see the end
    }
    void leave() {}

    void send(std::span<const Item> items) {
        if (::send(ends_[1], items.data(), items.size_bytes(), 0) < 0) ::_exit(1);
    }

    void finish(unsigned) { ::close(ends_[1]); }

    std::span<const Item> receive(std::size_t most) {
        const ssize_t got = ::recv(ends_[0], received_.data(), most * sizeof(Item), 0);
        return {received_.data(), got > 0 ? static_cast<std::size_t>(got) / sizeof(Item) : 0};
    }

  private:
    std::array<int, 2> ends_{-1, -1};
    std::array<Item, kMaxBatchItems> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_peer<pipeline::bench::UnixSocket>(argc, argv);
}
