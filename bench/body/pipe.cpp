// SPDX-License-Identifier: Apache-2.0
// A pipe. Fair: it has the greatest size that every user may give it (1 MiB), and both sides know the length
// of a body, so that none is told.
#include <fcntl.h>

#include <array>
#include <vector>

#include "bench/body/run.hpp"
#include "bench/body/stream.hpp"

namespace pipeline::bench {
namespace {

class BodyPipe {
  public:
    explicit BodyPipe(const Settings& settings) : received_(settings.body_bytes) {
        if (::pipe(ends_.data()) != 0) {
            std::perror("pipe");
            ::_exit(1);
        }
        ::fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20);
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
    std::array<int, 2> ends_{-1, -1};
    std::vector<char> received_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BodyPipe>(argc, argv);
}
