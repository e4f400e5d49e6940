// SPDX-License-Identifier: Apache-2.0
// Logs the lines of a program's standard error with a prefix that names the program, at most kLinesPerSecond
// of them. Keeps the last lines and the line that looks most like an error, because they tell why the program
// has died. Output above the limit costs little more than reading it: only its last lines are looked at.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/outside/open_line.hpp"
#include "common/text/line_budget.hpp"

namespace pipeline {

class ErrorLines {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::uint32_t kLinesPerSecond = 50;
    static constexpr std::size_t kMaxLineBytes = OpenLine::kMaxBytes;  // longer lines are cut
    static constexpr std::size_t kKept = 3;                            // number of last lines to keep

    // Drops the lines of the previous program. Call it for each new program. `prefix` precedes each logged
    // line. `id`: of the invoice that the program works on, printable; empty if it works on several.
    void begin(std::string prefix, std::string id);
    // Takes the next bytes of the stream.
    void take(std::string_view bytes, TimePoint now);
    // Call at the end of the stream: an unfinished last line counts as a line.
    void end(TimePoint now);

    // The last line that is not blank; empty if there is none.
    [[nodiscard]] std::string_view last() const noexcept;
    // Returns as many of the last lines as fit in `most` bytes, but at least the last one, joined by " | ".
    // If an earlier line looks more like an error than all of these, returns that line and the last one
    // instead.
    [[nodiscard]] std::string tail(std::size_t most) const;
    // Tells how much a line looks like an error. 2: like "ValueError: bad amount". 1: it has a word like
    // "denied". 0: neither.
    [[nodiscard]] static int error_rank(std::string_view line);

  private:
    void end_line(TimePoint now);
    void leave_out(std::string_view bytes);
    void keep(std::string_view line);
    void tell_left_out();

    std::string prefix_;
    std::string id_;
    OpenLine line_;  // the unfinished line so far
    std::array<std::string, kKept> kept_;
    std::size_t kept_count_ = 0;  // number of lines since begin(); line n goes into kept_[n % kKept]
    std::string error_;           // the line that looks most like an error; of several, the last
    std::size_t error_number_ = 0;
    int error_rank_ = 0;
    LineBudget budget_{kLinesPerSecond};
};

}  // namespace pipeline
