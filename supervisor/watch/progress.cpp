// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/progress.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
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

// Returns the position at which a list goes on behind the item. Only for display: the producer may be writing
// the slot anew.
std::uint64_t end_of(const Item& item) noexcept {
    return item.position.load(std::memory_order_relaxed) + item.extent.load(std::memory_order_relaxed);
}

// A line that is wider than the terminal would not be erased whole.
std::string cut_to_terminal(std::string text) {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return text;
    const std::size_t most = size.ws_col - 1U;
    if (text.size() > most) text.resize(most);
    return text;
}

}  // namespace

Progress::Progress(const Ring& ring, const Storage& storage, const Source& source, TimePoint now)
    : ring_(ring),
      storage_(storage),
      source_(source),
      totals_(storage),
      shown_(::isatty(STDERR_FILENO) == 1),
      next_(now + kInterval),
      last_draw_(now) {}

void Progress::update(TimePoint now) {
    if (!shown_ || now < next_) return;
    next_ = now + kInterval;
    write_terminal("\r\033[K" + cut_to_terminal(line(look(now))) + "\r");
    drawn_ = true;
}

Progress::Seen Progress::look(TimePoint now) {
    const Totals totals = totals_.now();
    const std::uint64_t durable = storage_.durable();
    const std::uint64_t acquired = ring_.tail() - totals.given_again;
    Seen seen;
    seen.done = totals.all() - totals.waiting;
    seen.waiting = totals.still_waiting();
    seen.is_held = ring_.area().hold.since_ns.load(std::memory_order_relaxed) != 0;
    seen.failed = totals.failed;
    seen.rejected = totals.rejected;
    seen.in_flight = ring_.tail() - durable;
    const double elapsed = std::chrono::duration<double>(now - last_draw_).count();
    const double recent = elapsed > 0 ? static_cast<double>(seen.done - last_done_) / elapsed : 0;
    per_second_ = drawn_ ? per_second_ + (recent - per_second_) / 4 : recent;
    seen.per_second = per_second_;
    last_draw_ = now;
    last_done_ = seen.done;
    std::uint64_t total = ring_.area().expected.load(std::memory_order_relaxed);
    if (total == 0) {
        total = acquired == 0 ? 0 : total_of_list(source_, acquired, end_of(ring_.slot(ring_.tail() - 1)));
        seen.is_estimated = total != 0 && total != acquired;
    }
    if (total > source_.before) seen.total = total - source_.before;
    if (seen.total != 0) seen.total = std::max(seen.total, seen.done + seen.in_flight);
    return seen;
}

void Progress::clear() noexcept {
    if (drawn_) write_terminal("\r\033[K");
}

std::uint64_t Progress::total_of_list(const Source& source, std::uint64_t acquired,
                                      std::uint64_t end) noexcept {
    if (acquired == 0 || end <= source.list_start || end > source.list_bytes) return 0;
    const double bytes = static_cast<double>(end - source.list_start) / static_cast<double>(acquired);
    const double left = static_cast<double>(source.list_bytes - end) / bytes;
    return acquired + static_cast<std::uint64_t>(std::llround(left));
}

std::string Progress::line(const Seen& seen) {
    std::string text = fmt::format("{}", seen.done);
    if (seen.total == 0) {
        text += " done";
    } else {
        text += fmt::format("/{}{} done ({} %)", seen.is_estimated ? "~" : "", seen.total,
                            static_cast<std::uint64_t>(100.0 * static_cast<double>(seen.done) /
                                                       static_cast<double>(seen.total)));
    }
    if (seen.is_held) text += ", source held";
    if (seen.waiting != 0) text += fmt::format(", {} waiting", seen.waiting);
    if (seen.failed != 0) text += fmt::format(", {} failed", seen.failed);
    if (seen.rejected != 0) text += fmt::format(", {} rejected", seen.rejected);
    text += fmt::format(", {} in flight, {:.0f}/s", seen.in_flight, seen.per_second);
    if (seen.total > seen.done && seen.per_second >= 0.01)
        text += ", " + time_left(static_cast<double>(seen.total - seen.done) / seen.per_second);
    return text;
}

}  // namespace pipeline
