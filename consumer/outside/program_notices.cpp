// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/program_notices.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/os/journal.hpp"
#include "common/text/clean_text.hpp"
#include "consumer/protocol/conversation.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMostShown = 200;
constexpr std::chrono::seconds kTelling{1};  // a shorter silence does not show that output is unflushed

}  // namespace

void ProgramNotices::cannot_start(std::string_view why) {
    if (may_log()) log(LogLevel::Warning, "{} cannot be started and is tried again: {}", program_, why);
}

void ProgramNotices::ended_idle(std::string_view why) {
    if (may_log())
        log(LogLevel::Notice, "{} has ended between two invoices: {}; starting it anew", program_, why);
}

void ProgramNotices::ended_starting(std::string_view why) {
    if (!may_log()) return;
    // A program that is made for one invoice ends well without reading.
    const bool is_content = why == "exit status 0" && !is_ours_;
    log(LogLevel::Warning, "{} has ended before it had read an invoice: {}; starting it anew{}", program_,
        why,
        is_content ? " (exec: needs a program that reads invoices; each: or -- starts one for each invoice)"
                   : "");
}

void ProgramNotices::suspects(std::size_t count, std::string_view why) {
    if (!may_log()) return;
    log(LogLevel::Warning, "{} has ended with {} read and not answered: {}; {}", program_,
        counted(count, "invoice"), why, count == 1 ? "trying it alone" : "trying each alone");
}

void ProgramNotices::silent() {
    if (is_ours_) return;
    log(LogLevel::Warning, "{} has read a request and written nothing for {} s: does it flush its output?",
        program_, Conversation::kSilence.count());
}

const char* ProgramNotices::silent_hint(std::chrono::nanoseconds silence) const noexcept {
    if (is_ours_ || silence < kTelling) return "";
    return "it has read the request and written nothing: does it flush its output?";
}

void ProgramNotices::failed(std::string_view id, std::uint32_t attempt, std::string_view cause,
                            std::string_view said) {
    if (!may_log()) return;
    const std::string shown = printable(id);
    log_event(LogLevel::Warning,
              fmt::format("{} with invoice {}, attempt {}: {}{}{}; starting it anew", program_, shown,
                          attempt, cause, said.empty() ? "" : ": ", said),
              {{"event", "attempt-failed"},
               {"id", shown},
               {"attempt", attempt},
               {"cause", std::string(cause)},
               {"reason", std::string(said)}});
}

void ProgramNotices::early(std::string_view line) {
    if (std::exchange(is_early_, true) || !may_log()) return;
    log(LogLevel::Notice, "{} wrote before it had read an invoice, which counts for nothing: {}", program_,
        quoted(line, kMostShown));
}

void ProgramNotices::odd_answer(const Answer& answer) {
    if (!answer.unknown_key.empty() && !std::exchange(has_unknown_key_, true) && may_log()) {
        log(LogLevel::Notice, "{} gave an answer with the key {}, which means nothing and is left out",
            program_, quoted(answer.unknown_key, kMostShown));
    }
    if (!answer.no_time.empty() && !std::exchange(has_no_time_, true) && may_log()) {
        log(LogLevel::Notice,
            "{} gave an answer in which {} follows retry: that is no time, as 90s, and is taken for the "
            "reason",
            program_, quoted(answer.no_time, kMostShown));
    }
}

void ProgramNotices::surplus(std::string_view answer) {
    if (std::exchange(has_surplus_, true) || !may_log()) return;
    log(LogLevel::Warning, "{} gave an answer that nobody waits for: {}; starting it anew", program_,
        quoted(answer, kMostShown));
}

}  // namespace pipeline
