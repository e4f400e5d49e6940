// SPDX-License-Identifier: Apache-2.0
// What a program writes to its standard error: its lines go into the log, prefixed with whose they are, at
// most kLinesPerSecond of them; the last ones are kept, because they tell why it died. However much it
// writes, it costs little more than reading it: what is left out is not even split into lines.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "consumer/work/line_budget.hpp"

namespace pipeline {

class ErrorLines {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::uint32_t kLinesPerSecond = 50;
    static constexpr std::size_t kMaxLineBytes = 1024;  // what is longer is cut
    static constexpr std::size_t kKept = 3;             // lines

    // A new program writes: nothing is kept of the one before. `prefix` is put before each line.
    void begin(std::string prefix);
    // Takes the next bytes.
    void take(std::string_view bytes, TimePoint now);
    // No bytes follow: a last line without an end counts too.
    void end(TimePoint now);

    // The last line that is not blank; empty if there is none.
    [[nodiscard]] std::string_view last() const noexcept;
    // As many of the last lines as fit in `most` bytes, at least the last one, with " | " between them.
    [[nodiscard]] std::string tail(std::size_t most) const;

  private:
    void append_to_line(std::string_view text);
    void end_line(TimePoint now);
    void leave_out(std::string_view bytes);
    void keep(std::string_view line);
    void tell_left_out();

    std::string prefix_;
    std::string line_;  // what was read of the next line, cut
    std::array<std::string, kKept> kept_;
    std::size_t kept_count_ = 0;  // in all; line n is kept_[n % kKept]
    LineBudget budget_{kLinesPerSecond};
};

}  // namespace pipeline
