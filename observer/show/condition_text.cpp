// SPDX-License-Identifier: Apache-2.0
#include "observer/show/condition_text.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "common/base/plural.hpp"
#include "observer/judge/readable.hpp"
#include "observer/show/numbers.hpp"

namespace pipeline {
namespace {

// Joins phrases with commas.
class Words {
  public:
    void add(std::string_view words) {
        if (words.empty()) return;
        if (!text_.empty()) text_ += ", ";
        text_ += words;
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

std::string lasts(std::uint64_t since_ns, const Observation& now) {
    return readable_seconds(now.at_ns > since_ns ? static_cast<double>(now.at_ns - since_ns) / 1e9 : 0);
}

}  // namespace

std::string ledger_text(const Observation& now) {
    const LedgerCondition& ledger = now.ledger_condition;
    Words words;
    if (ledger.is_failing())
        words.add(fmt::format("commits fail for {} ({})", lasts(ledger.failing_since_ns, now), ledger.error));
    if (!ledger.room.is_answered) words.add("its file system does not answer");
    if (ledger.last_commit_ns == 0) {
        words.add("no commit yet");
    } else {
        words.add(fmt::format("last commit {} ago in {}", lasts(ledger.last_commit_ns, now),
                              readable_seconds(static_cast<double>(ledger.last_took_ns) / 1e9)));
    }
    if (ledger.room.free_bytes) words.add(readable_bytes(*ledger.room.free_bytes) + " free");
    if (ledger.room.log_bytes.value_or(0) != 0) words.add("log " + readable_bytes(*ledger.room.log_bytes));
    return words.take();
}

std::string source_text(const Observation& now) {
    const SourceCondition& source = now.source_condition;
    Words words;
    if (source.state != SourceState::Fine)
        words.add(source.sentence.empty() ? to_text(source.state) : source.sentence);
    if (source.backlog != 0) {
        words.add(
            fmt::format("{} {}", readable_count(source.backlog), verb(source.backlog, "waits", "wait")));
        if (const double waiting = source.waiting_seconds(now.at.now_us()); waiting > 0)
            words.add("the oldest for " + readable_seconds(waiting));
    }
    for (const Number& number : numbers_of(Subject::Source)) words.add(in_words(number, now));
    return words.take();
}

bool is_ledger_in_trouble(const Observation& now) noexcept {
    return now.ledger_condition.is_failing() || !now.ledger_condition.room.is_answered;
}

bool is_source_in_trouble(const Observation& now) noexcept {
    return now.source_condition.state != SourceState::Fine;
}

}  // namespace pipeline
