// SPDX-License-Identifier: Apache-2.0
// Keeps count of the requests to one program and of its answers: which requests are outstanding (not
// answered), how much of them the program has read, and since when it has worked on the first one. This class
// knows neither processes nor pipes.
//
// Its one idea: a request counts as read once its bytes have left the pipe, whether the program has looked at
// them or only buffered them. Only a request that was read can be answered, or be blamed for the program's
// end. A program that has read nothing yet is still starting.
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

    // A notice is logged if a program has read a request and then written nothing for this time.
    static constexpr std::chrono::seconds kSilence{20};

    struct Limits {
        Nanoseconds item_timeout{0};   // the longest time for one request; 0: no limit
        Nanoseconds start_timeout{0};  // the longest time until the program reads something; 0: no limit
    };
    explicit Conversation(Limits limits) noexcept : limits_(limits) {}

    // ---- requests: number 0 is the oldest outstanding one ----

    // Adds the request `text`, a line with its newline, for `item`. The caller then sends unsent(), and calls
    // sent().
    void ask(std::size_t item, std::string_view text);
    // The number of requests since the program's start, answered or not.
    [[nodiscard]] std::uint32_t asked_count() const noexcept { return asked_count_; }
    // The number of requests that are not answered.
    [[nodiscard]] std::size_t outstanding() const noexcept { return outstanding_.size(); }
    [[nodiscard]] bool is_idle() const noexcept { return outstanding_.empty(); }
    [[nodiscard]] std::size_t item(std::size_t number) const noexcept { return outstanding_[number].item; }
    // The number of the first request whose item matches; outstanding() if there is none.
    template <class Matches>
    [[nodiscard]] std::size_t find(Matches&& matches) const {
        std::size_t number = 0;
        while (number < outstanding_.size() && !matches(outstanding_[number].item)) ++number;
        return number;
    }
    // The bytes of requests that the caller has not sent yet.
    [[nodiscard]] const std::string& unsent() const noexcept { return unsent_; }
    void sent(std::size_t bytes);
    // Drops the bytes that are not sent yet. Their requests stay outstanding, and get no answer.
    void send_no_more() noexcept { unsent_.clear(); }

    // Notes that `unread` of the sent bytes are still in the pipe. The program's start ends when the first
    // byte has left the pipe.
    void note_unread(std::size_t unread, TimePoint now) noexcept;
    // True until the program reads something.
    [[nodiscard]] bool is_starting() const noexcept { return read_bytes_ == 0; }
    // True if the program has read the request, perhaps without its newline: some programs know the end of a
    // request before they read the newline.
    [[nodiscard]] bool has_read(std::size_t number) const noexcept {
        return outstanding_[number].end - 1 <= read_bytes_;
    }
    // True if the program has read a part of the request, or all of it.
    [[nodiscard]] bool has_begun_to_read(std::size_t number) const noexcept {
        return outstanding_[number].begin < read_bytes_;
    }
    // True if no other request was outstanding when this one was asked: since then, the program has worked
    // on no other one.
    [[nodiscard]] bool was_asked_alone(std::size_t number) const noexcept {
        return outstanding_[number].is_alone;
    }
    // The number of outstanding requests that the program has read.
    [[nodiscard]] std::size_t read_count() const noexcept;

    // ---- answers ----

    // Call when the program has written something to its standard output.
    void heard() noexcept { has_spoken_ = true; }
    // Call when request `number` is answered.
    void answered(std::size_t number) noexcept;
    [[nodiscard]] std::uint32_t answered_count() const noexcept { return answered_count_; }
    // True once the program has answered requests out of order.
    [[nodiscard]] bool is_unordered() const noexcept { return is_unordered_; }

    // ---- closed streams ----

    // Call when the program has closed its input. Removes the requests that it has not read, and returns the
    // item of the oldest removed request; none if the program has read all requests.
    std::optional<std::size_t> close_input();
    [[nodiscard]] bool input_is_closed() const noexcept { return input_is_closed_; }
    // Call when the program has closed its output, so that no answer can come any more. The program then has
    // the time kEndAtClosedStream to end by itself.
    void begin_failing(TimePoint now) noexcept { failing_since_ = now; }
    [[nodiscard]] bool is_failing() const noexcept { return failing_since_.has_value(); }

    // ---- time ----

    // Starts measuring the time to which Limits apply. Call when the program begins to work on request 0, or
    // gets its first request.
    void begin_first(TimePoint now) noexcept { first_since_ = now; }
    // Subtracts `own_time`, which the consumer has spent on other work, from the time that is measured for
    // Limits.
    void leave_out(Nanoseconds own_time) noexcept { first_since_ += own_time; }
    // Returns the time, at most `most`, after which the caller must check the pipe, overdue() and
    // is_silence_news() again.
    [[nodiscard]] Nanoseconds time_left(TimePoint now, Nanoseconds most) const noexcept;
    enum class Overdue { Nothing, ClosedStream, RanTooLong, NeverRead };
    // Tells whether the caller must end the program because of request 0, and why.
    [[nodiscard]] Overdue overdue(TimePoint now) const noexcept;
    // True if the program has read a request and has written nothing at all since it started.
    [[nodiscard]] bool is_silent() const noexcept { return !is_idle() && has_read(0) && !has_spoken_; }
    // Returns true once, when is_silent() has been true for kSilence.
    [[nodiscard]] bool is_silence_news(TimePoint now) noexcept;

  private:
    static constexpr std::chrono::seconds kEndAtClosedStream{1};
    static constexpr std::chrono::milliseconds kLookAtPipe{50};  // interval of checks until request 0 is read
    struct Request {
        std::size_t item;
        std::uint64_t begin;  // the request has the bytes [begin, end) of the program's input
        std::uint64_t end;
        bool is_alone;  // when it was asked, no other request was outstanding
    };
    [[nodiscard]] Nanoseconds limit() const noexcept {
        return is_starting() ? limits_.start_timeout : limits_.item_timeout;
    }

    Limits limits_;
    std::deque<Request> outstanding_;
    std::string unsent_;
    std::uint64_t asked_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t read_bytes_ = 0;
    std::uint32_t asked_count_ = 0;
    std::uint32_t answered_count_ = 0;
    bool has_spoken_ = false;
    bool is_unordered_ = false;
    bool silence_is_told_ = false;
    bool input_is_closed_ = false;
    std::optional<TimePoint> failing_since_;
    TimePoint first_since_{};
};

}  // namespace pipeline
