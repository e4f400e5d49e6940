// SPDX-License-Identifier: Apache-2.0
// Logs when a consumer's program ends, cannot be started, or writes something that nobody has asked for.
// Writes at most kLinesPerSecond lines, since the same may happen to invoice after invoice.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/text/line_budget.hpp"
#include "consumer/protocol/answer.hpp"

namespace pipeline {

class ProgramNotices {
  public:
    static constexpr std::uint32_t kLinesPerSecond = 10;

    // `is_ours`: the program is a processor of ours (--isolate).
    explicit ProgramNotices(std::string program, bool is_ours = false)
        : program_(std::move(program)), is_ours_(is_ours) {}

    // Call when a new program starts: early(), odd_answer() and surplus() may then log again,
    // once each.
    void begin() noexcept { is_early_ = has_unknown_key_ = has_no_time_ = has_surplus_ = false; }
    void cannot_start(std::string_view why);
    // Logs that the program has ended between two invoices, for the reason `why`.
    void ended_idle(std::string_view why);
    // Logs that the program has ended before it had read a request.
    void ended_starting(std::string_view why);
    // Logs that the program has ended with `count` invoices read and not answered. Any of them may be the
    // cause, so each is tried alone.
    void suspects(std::size_t count, std::string_view why);
    // Logs that the program has read a request and written nothing for Conversation::kSilence. Logs nothing
    // about a processor of ours, which always flushes its output.
    void silent();
    // Returns the hint that the program may not flush its output, since it has read a request and written
    // nothing for `silence`. Returns "" for a processor of ours, or if the silence was too short to tell.
    [[nodiscard]] const char* silent_hint(std::chrono::nanoseconds silence) const noexcept;
    // Logs that the program's attempt at the invoice has failed. `said`: the text that the program wrote
    // about the failure; may be empty.
    void failed(std::string_view id, std::uint32_t attempt, std::string_view cause, std::string_view said);
    // Logs, once per program, that it wrote a line before it had read a request.
    void early(std::string_view line);
    // Logs, once per program each, that an answer of it has a key that means nothing (Answer::unknown_key),
    // and that a word after its "retry" is no time (Answer::no_time).
    void odd_answer(const Answer& answer);
    // Logs, once per program, that it gave an answer although it had read no request for it.
    void surplus(std::string_view answer);

  private:
    [[nodiscard]] bool may_log() noexcept { return budget_.take(std::chrono::steady_clock::now()); }

    std::string program_;
    bool is_ours_;
    bool is_early_ = false;
    bool has_unknown_key_ = false;
    bool has_no_time_ = false;
    bool has_surplus_ = false;
    LineBudget budget_{kLinesPerSecond};
};

}  // namespace pipeline
