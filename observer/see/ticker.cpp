// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ticker.hpp"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/base/error.hpp"
#include "common/os/signals.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

}  // namespace

Ticker::Ticker(std::chrono::nanoseconds interval)
    : interval_(interval), next_(steady_clock::now() + interval) {
    block_signals({SIGTERM, SIGINT});
    signals_ = open_signal_fd({SIGTERM, SIGINT});
}

Ticker::Event Ticker::wait(int fd, int other) {
    while (true) {
        // Poll even if the tick is already due. Otherwise observations that take longer than the interval
        // would hide every signal and key.
        const auto left =
            std::max(milliseconds::zero(), std::chrono::ceil<milliseconds>(next_ - steady_clock::now()));
        // poll(2) ignores -1
        std::array<pollfd, 3> awaited{{{signals_.get(), POLLIN, 0}, {fd, POLLIN, 0}, {other, POLLIN, 0}}};
        const int ready = ::poll(awaited.data(), awaited.size(), static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR)
            throw system_failure(ExitStatus::InputOutput, "poll", "for signals", errno);
        // A resize of the terminal interrupts poll(2), and then ncurses reports it as a key.
        if (ready < 0 && fd >= 0) return Event::Input;
        if (ready < 0) continue;
        if (awaited[0].revents != 0) return Event::End;
        // The other end of `fd` is gone. Polling again would return at once, for ever.
        if ((awaited[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return Event::End;
        const bool has_input = awaited[1].revents != 0 || awaited[2].revents != 0;
        const auto now = steady_clock::now();
        if (now >= next_ && !(has_input && ticked_last_)) {
            next_ = std::max(next_ + interval_, now);
            ticked_last_ = true;
            return Event::Tick;
        }
        if (has_input) {
            ticked_last_ = false;
            return Event::Input;
        }
    }
}

bool Ticker::wait_for_room(int fd) {
    while (true) {
        std::array<pollfd, 2> awaited{{{signals_.get(), POLLIN, 0}, {fd, POLLOUT, 0}}};
        const int ready = ::poll(awaited.data(), awaited.size(), -1);
        if (ready < 0 && errno != EINTR)
            throw system_failure(ExitStatus::InputOutput, "poll", "for signals", errno);
        // If `fd` accepts data, let the caller write the rest of the line, even if a signal has asked for the
        // end.
        if (ready > 0) return awaited[1].revents != 0;
    }
}

}  // namespace pipeline
