// SPDX-License-Identifier: Apache-2.0
// A connection to one client, bounded as a whole: the library's own bounds are for each byte that comes, so
// that a client that sends one now and then would never end.
#pragma once

#include <httplib.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

namespace pipeline {

class ClientStream : public httplib::Stream {
  public:
    // `fd` must outlive it. From now on the client has `time` to send its request, of at most `most_bytes`,
    // and to take the answer.
    ClientStream(int fd, std::chrono::milliseconds time, std::size_t most_bytes) noexcept
        : fd_(fd), until_(std::chrono::steady_clock::now() + time), left_bytes_(most_bytes) {}

    [[nodiscard]] bool is_readable() const override;
    [[nodiscard]] bool is_writable() const override;
    // At least one byte; 0: the client has ended; -1: it has sent too much, or its time is over.
    ssize_t read(char* bytes, size_t size) override;
    // All of them, or -1. The library does not ask after every call.
    ssize_t write(const char* bytes, size_t size) override;
    // Nobody asks who it is.
    void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    [[nodiscard]] socket_t socket() const override { return fd_; }

  private:
    [[nodiscard]] bool wait_for(short events) const noexcept;
    ssize_t fill() noexcept;

    int fd_;
    std::chrono::steady_clock::time_point until_;
    std::size_t left_bytes_;
    // Received and not read yet: the library reads byte by byte.
    std::array<char, 4096> received_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace pipeline
