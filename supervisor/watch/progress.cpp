// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/progress.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace pipeline {
namespace {

// Writes to the terminal. If the terminal takes no text now (it was stopped by Ctrl-S), drops the text.
void write_terminal(const std::string& text) noexcept {
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&room, 1, 0) != 1) return;
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

std::string time_left(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::ceil(std::min(seconds, 1e9)));
    if (whole < 120) return fmt::format("{} s left", whole);
    if (whole < 7200) return fmt::format("{} min left", (whole + 59) / 60);
    return fmt::format("{} h left", (whole + 3599) / 3600);
}

}  // namespace

Progress::Progress(const Ring& ring, const Storage& storage, std::uint64_t durable, TimePoint now)
    : ring_(ring),
      storage_(storage),
      durable_at_start_(durable),
      shown_(::isatty(STDERR_FILENO) == 1),
      next_(now + kInterval),
      last_draw_(now) {}

void Progress::update(TimePoint now) {
    if (!shown_ || now < next_) return;
    next_ = now + kInterval;
    const std::uint64_t durable = storage_.durable();
    const std::uint64_t done = durable - durable_at_start_;
    const double elapsed = std::chrono::duration<double>(now - last_draw_).count();
    const double recent = elapsed > 0 ? static_cast<double>(done - last_done_) / elapsed : 0;
    per_second_ = drawn_ ? per_second_ + (recent - per_second_) / 4 : recent;
    last_draw_ = now;
    last_done_ = done;
    drawn_ = true;
    const std::uint64_t expected = ring_.area().expected.load(std::memory_order_relaxed);
    write_terminal("\r\033[K" + line(done, ring_.tail() - durable, expected, per_second_));
}

void Progress::clear() noexcept {
    if (drawn_) write_terminal("\r\033[K");
}

std::string Progress::line(std::uint64_t done, std::uint64_t in_flight, std::uint64_t expected,
                           double per_second) {
    if (expected == 0) return fmt::format("{} done, {} in flight, {:.0f}/s", done, in_flight, per_second);
    const std::uint64_t total = std::max(expected, done + in_flight);
    std::string text = fmt::format(
        "{}/{} done ({} %), {} in flight, {:.0f}/s", done, total,
        static_cast<std::uint64_t>(100.0 * static_cast<double>(done) / static_cast<double>(total)), in_flight,
        per_second);
    if (per_second >= 0.01 && done < total)
        text += ", " + time_left(static_cast<double>(total - done) / per_second);
    return text;
}

}  // namespace pipeline
