// SPDX-License-Identifier: Apache-2.0
// Whole bodies through a stream of bytes, whose system calls may take and give parts of one.
#pragma once

#include <unistd.h>

#include <span>
#include <string_view>

namespace pipeline::bench {

// Ends the process if the stream takes no more.
inline void write_whole(int stream, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(stream, text.data(), text.size());
        if (put <= 0) ::_exit(1);
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

// Fills `room`, and returns it; returns nothing at the stream's end, and less than `room` if it ends within a
// body.
[[nodiscard]] inline std::string_view read_whole(int stream, std::span<char> room) {
    std::size_t there = 0;
    while (there < room.size()) {
        const ssize_t got = ::read(stream, room.data() + there, room.size() - there);
        if (got <= 0) break;
        there += static_cast<std::size_t>(got);
    }
    return {room.data(), there};
}

}  // namespace pipeline::bench
