// SPDX-License-Identifier: Apache-2.0
// The log lines about one consumer's programs that end, cannot be started, or say what nobody asked for. At
// most kLinesPerSecond of them: the same happens to invoice after invoice.
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

    explicit ProgramNotices(std::string program) : program_(std::move(program)) {}

    // A new program begins.
    void begin() noexcept { is_early_ = has_surplus_ = false; }
    void cannot_start(std::string_view why);
    // It has ended while no invoice was to be charged for that.
    void ended_idle(std::string_view why);
    // It has ended before it had read a request.
    void ended_starting(std::string_view why);
    // It has ended while it had `count` invoices, and any of them may be the cause.
    void suspects(std::size_t count, std::string_view why);
    // It has read a request and written nothing for Conversation::kSilence.
    void silent();
    // Its attempt at the invoice has failed: by `cause`, and it `said` something, or nothing.
    void failed(std::string_view id, std::uint32_t attempt, std::string_view cause, std::string_view said);
    // It wrote a line before it had read a request. Logs that once a program.
    void early(std::string_view line);
    // It gave an answer without a request. Logs that once a program.
    void surplus(std::string_view answer);

  private:
    [[nodiscard]] bool may_log() noexcept { return budget_.take(std::chrono::steady_clock::now()); }

    std::string program_;
    bool is_early_ = false;
    bool has_surplus_ = false;
    LineBudget budget_{kLinesPerSecond};
};

}  // namespace pipeline
