// SPDX-License-Identifier: Apache-2.0
// Ids that come at a fixed rate whatever the pipeline does: the other end of --source lines:-. Id n is
// written n periods after the start, or as soon after that as the writer wakes up and the pipe has room.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/probe/waiting.hpp"
#include "common/base/fd.hpp"

namespace pipeline::bench {

class Arrivals {
  public:
    explicit Arrivals(std::uint64_t per_second) : period_ns_(1'000'000'000 / per_second) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for the arrivals");
        read_end_ = UniqueFd(ends[0]);
        write_end_ = UniqueFd(ends[1]);
        ::fcntl(write_end_.get(), F_SETFL, O_NONBLOCK);
    }
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;
    ~Arrivals() {
        is_over_ = true;
        if (writer_.joinable()) writer_.join();
    }

    // The supervisor's standard input.
    [[nodiscard]] int fd() const noexcept { return read_end_.get(); }
    void begin() {
        writer_ = std::thread([this] { write(); });
    }

  private:
    void write() const {
        const std::uint64_t began = monotonic_ns();
        for (std::uint64_t id = 0; !is_over_;) {
            const std::uint64_t due = (monotonic_ns() - began) / period_ns_;
            std::string lines;
            for (; id < due && lines.size() < 4000; ++id) lines += std::to_string(id) + '\n';
            // All or nothing: at most PIPE_BUF bytes.
            while (!lines.empty() && !is_over_ && ::write(write_end_.get(), lines.data(), lines.size()) < 0)
                sleep_for(kStep);
            // Not more often than needed: the pipeline under measurement shares the processors.
            const std::uint64_t next = began + (id + 1) * period_ns_;
            const std::uint64_t now = monotonic_ns();
            sleep_for(std::max<std::chrono::nanoseconds>(
                kStep, std::chrono::nanoseconds(next > now ? next - now : 0)));
        }
    }

    static constexpr std::chrono::microseconds kStep{20};

    std::uint64_t period_ns_;
    UniqueFd read_end_, write_end_;
    std::atomic<bool> is_over_ = false;
    std::thread writer_;
};

}  // namespace pipeline::bench
