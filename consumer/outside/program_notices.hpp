// SPDX-License-Identifier: Apache-2.0
// Writes log lines about a consumer's programs that end, cannot be started, or write something that nobody
// has asked for. Writes at most kLinesPerSecond, since the same may happen to invoice after invoice.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "consumer/work/line_budget.hpp"

namespace pipeline {

class ProgramNotices {
  public:
    static constexpr std::uint32_t kLinesPerSecond = 10;

    // `is_ours`: the program is a processor of ours (--isolate).
    explicit ProgramNotices(std::string program, bool is_ours = false)
        : program_(std::move(program)), is_ours_(is_ours) {}

    // Call when a new program begins.
    void begin() noexcept { is_early_ = has_surplus_ = false; }
    void cannot_start(std::string_view why);
    // The program has ended between two invoices, and none is charged.
    void ended_idle(std::string_view why);
    // The program has ended before it had read a request.
    void ended_starting(std::string_view why);
    // The program has ended with `count` invoices read and not answered. Any of them may be the cause.
    void suspects(std::size_t count, std::string_view why);
    // The program has read a request and written nothing for Conversation::kSilence. Logs nothing about a
    // processor of ours: it just takes that long.
    void silent();
    // Returns the hint for a program that has read a request and written nothing for `silence`; empty if that
    // says nothing about the program's buffers.
    [[nodiscard]] const char* silent_hint(std::chrono::nanoseconds silence) const noexcept;
    // The program's attempt at the invoice has failed. `said`: what the program wrote about that; may be
    // empty.
    void failed(std::string_view id, std::uint32_t attempt, std::string_view cause, std::string_view said);
    // The program wrote a line before it had read a request. Logs this once per program.
    void early(std::string_view line);
    // The program gave an answer without a request. Logs this once per program.
    void surplus(std::string_view answer);

  private:
    [[nodiscard]] bool may_log() noexcept { return budget_.take(std::chrono::steady_clock::now()); }

    std::string program_;
    bool is_ours_;
    bool is_early_ = false;
    bool has_surplus_ = false;
    LineBudget budget_{kLinesPerSecond};
};

}  // namespace pipeline
