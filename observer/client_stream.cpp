// SPDX-License-Identifier: Apache-2.0
#include "observer/client_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace pipeline {
namespace {

bool is_to_be_tried_again(int error) noexcept {
    return error == EINTR || error == EAGAIN;
}

}  // namespace

bool ClientStream::is_readable() const {
    return begin_ != end_ || wait_for(POLLIN);
}

bool ClientStream::is_writable() const {
    return wait_for(POLLOUT);
}

ssize_t ClientStream::read(char* bytes, size_t size) {
    if (begin_ == end_) {
        const ssize_t received = fill();
        if (received <= 0) return received;
    }
    const std::size_t count = std::min(size, end_ - begin_);
    std::copy_n(received_.data() + begin_, count, bytes);
    begin_ += count;
    return static_cast<ssize_t>(count);
}

ssize_t ClientStream::write(const char* bytes, size_t size) {
    std::size_t sent = 0;
    while (sent < size) {
        if (!wait_for(POLLOUT)) return -1;
        const ssize_t count = ::send(fd_, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (!is_to_be_tried_again(errno)) {
            return -1;
        }
    }
    return static_cast<ssize_t>(size);
}

// False once the time is over, however ready the client is.
bool ClientStream::wait_for(short events) const noexcept {
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
        if (left <= std::chrono::milliseconds::zero()) return false;
        pollfd awaited{fd_, events, 0};
        const int ready = ::poll(&awaited, 1, static_cast<int>(left.count()));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

ssize_t ClientStream::fill() noexcept {
    const std::size_t room = std::min(received_.size(), left_bytes_);
    if (room == 0) return -1;
    while (wait_for(POLLIN)) {
        const ssize_t count = ::recv(fd_, received_.data(), room, MSG_DONTWAIT);
        if (count < 0 && is_to_be_tried_again(errno)) continue;
        begin_ = 0;
        end_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        left_bytes_ -= end_;
        return count;
    }
    return -1;
}

}  // namespace pipeline
