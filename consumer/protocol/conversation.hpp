// SPDX-License-Identifier: Apache-2.0
// The requests to one program and its answers, as numbers and times: which requests are outstanding, how many
// bytes of them are sent, and since when the program works on the first one. Answers come in the order of the
// requests. It knows neither processes nor pipes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

class Conversation {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Nanoseconds = std::chrono::nanoseconds;

    // `item_timeout`: the longest time for the first outstanding request; 0: no limit.
    explicit Conversation(Nanoseconds item_timeout) noexcept : item_timeout_(item_timeout) {}

    // ---- requests ----

    // Adds the request `text` for the item.
    void ask(std::size_t item, std::string_view text);
    // Requests since the program started, answered or not.
    [[nodiscard]] std::uint32_t asked_count() const noexcept { return asked_count_; }
    // The number of requests that are not answered.
    [[nodiscard]] std::size_t outstanding() const noexcept { return outstanding_.size(); }
    [[nodiscard]] bool is_idle() const noexcept { return outstanding_.empty(); }
    // The item of the first outstanding request; there must be one.
    [[nodiscard]] std::size_t first() const noexcept { return outstanding_.front().item; }
    // The rest of the requests, to be sent.
    [[nodiscard]] const std::string& unsent() const noexcept { return unsent_; }
    void sent(std::size_t bytes);
    // True if the program has read the whole first request. `unread`: how much of what was sent it has not
    // read.
    [[nodiscard]] bool has_read_first(std::size_t unread) const noexcept;

    // ---- answers ----

    // The first outstanding request is answered.
    void answered() noexcept;
    [[nodiscard]] std::uint32_t answered_count() const noexcept { return answered_count_; }

    // ---- closed streams ----

    // The program has closed its input, so that no request can be sent any more. Takes back the requests that
    // were not sent completely, and returns the first item among them. If the program has never answered
    // anything, the next one may be no better: the first request then stays, so that its invoice is charged
    // when the program ends.
    std::optional<std::size_t> close_input(TimePoint now);
    [[nodiscard]] bool input_is_closed() const noexcept { return input_is_closed_; }
    // No answer can come any more: the program has a moment to end by itself.
    void begin_failing(TimePoint now) noexcept { failing_since_ = now; }
    [[nodiscard]] bool is_failing() const noexcept { return failing_since_.has_value(); }

    // ---- time ----

    // The program begins to work on the first outstanding request.
    void begin_first(TimePoint now) noexcept { first_since_ = now; }
    // The consumer was busy with itself for that long: this does not count.
    void leave_out(Nanoseconds own_time) noexcept { first_since_ += own_time; }
    // The time until overdue() may say something else, at most `most`.
    [[nodiscard]] Nanoseconds time_left(TimePoint now, Nanoseconds most) const noexcept;
    enum class Overdue { Nothing, ClosedStream, RanTooLong };
    // Tells whether the first outstanding request must be given up, and why.
    [[nodiscard]] Overdue overdue(TimePoint now) const noexcept;

  private:
    static constexpr std::chrono::seconds kEndAtClosedStream{1};
    struct Request {
        std::size_t item;
        std::uint64_t end;  // the request ends at this byte of the program's input
    };

    Nanoseconds item_timeout_;
    std::deque<Request> outstanding_;
    std::string unsent_;
    std::uint64_t asked_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::uint32_t asked_count_ = 0;
    std::uint32_t answered_count_ = 0;
    bool input_is_closed_ = false;
    std::optional<TimePoint> failing_since_;
    TimePoint first_since_{};
};

}  // namespace pipeline
