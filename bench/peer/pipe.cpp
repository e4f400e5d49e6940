// SPDX-License-Identifier: Apache-2.0
// One pipe with N readers. Fair: the pipe has the greatest size that every user may give it (1 MiB), and a
// batch is one write. Writes of up to 4 KiB are not torn apart (pipe(7), PIPE_BUF), and a read of the same
// size gets whole items; so a batch is as many items as fit in 4 KiB, whatever was asked for.
#include <fcntl.h>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

template <class Item>
class Pipe {
  public:
    explicit Pipe(const Settings& settings)
        : at_once_(settings.batch == 1 ? 1 : std::min(kMaxBatchItems, std::size_t{4096} / sizeof(Item))) {
        if (::pipe(ends_.data()) != 0) {
            std::perror("pipe");
            ::_exit(1);
        }
        ::fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20);
    }

    void enter_producer() { ::close(ends_[0]); }
    void enter_consumer(unsigned) { ::close(ends_[1]); }
    void started() {
        for (const int end : ends_) ::close(end);  // or the readers would never see the end
    }
    void leave() {}

    // Not span by span but 4 KiB by 4 KiB: items wait until the write is full, or the end.
    void send(std::span<const Item> items) {
        for (const Item& item : items) {
            std::memcpy(&waiting_[count_++], &item, sizeof item);
            if (count_ == at_once_) write_waiting();
        }
    }

    void finish(unsigned) {
        write_waiting();
        ::close(ends_[1]);
    }

    std::span<const Item> receive(std::size_t) {
        const ssize_t got = ::read(ends_[0], waiting_.data(), at_once_ * sizeof(Item));
        return {waiting_.data(), got > 0 ? static_cast<std::size_t>(got) / sizeof(Item) : 0};
    }

  private:
    void write_waiting() {
        if (count_ == 0) return;
        if (::write(ends_[1], waiting_.data(), count_ * sizeof(Item)) < 0) ::_exit(1);
        count_ = 0;
    }

    std::array<int, 2> ends_{-1, -1};
    std::size_t at_once_;
    std::size_t count_ = 0;
    std::array<Item, kMaxBatchItems> waiting_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_peer<pipeline::bench::Pipe>(argc, argv);
}
