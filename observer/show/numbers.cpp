// SPDX-License-Identifier: Apache-2.0
#include "observer/show/numbers.hpp"

#include <fmt/format.h>

#include <array>

#include "observer/show/flow_numbers.hpp"
#include "observer/show/number_values.hpp"

namespace pipeline {
namespace {

using Value = Number::Value;
constexpr auto kCounter = Number::Type::Counter;

Value none_or(bool is_known, double seconds) {
    return is_known ? Value(seconds) : Value();
}

Value number_if(const std::optional<std::uint64_t>& number) {
    return number ? Value(*number) : Value();
}

double seconds_of(std::uint64_t ns) noexcept {
    return static_cast<double>(ns) / 1e9;
}

const std::array kLedger{
    Number{.object = "ledger_condition",
           .key = "commits",
           .metric = "ledger_commits_total",
           .type = kCounter,
           .help = "Commits that ended well.",
           .read = [](Now now) { return Value(now.ledger_condition.commits); }},
    Number{.object = "ledger_condition",
           .key = "errors",
           .metric = "ledger_errors_total",
           .type = kCounter,
           .help = "Commits that failed.",
           .read = [](Now now) { return Value(now.ledger_condition.errors); }},
    Number{.object = "ledger_condition",
           .key = "last_commit_seconds",
           .read =
               [](Now now) {
                   const std::uint64_t last_ns = now.ledger_condition.last_commit_ns;
                   return none_or(last_ns != 0, since(now, last_ns));
               }},
    Number{.object = "ledger_condition",
           .key = "last_took_seconds",
           .read =
               [](Now now) {
                   const LedgerCondition& ledger = now.ledger_condition;
                   return none_or(ledger.last_commit_ns != 0, seconds_of(ledger.last_took_ns));
               }},
    Number{.object = "ledger_condition",
           .key = "failing_seconds",
           .metric = "ledger_failing_seconds",
           .help = "For how long commits have failed.",
           .read =
               [](Now now) {
                   const std::uint64_t since_ns = now.ledger_condition.failing_since_ns;
                   return none_or(since_ns != 0, since(now, since_ns));
               }},
    Number{.object = "ledger_condition",
           .key = "error",
           .read = [](Now now) { return Value(now.ledger_condition.error); }},
    Number{.object = "ledger_condition",
           .key = "unstored_seconds",
           .metric = "ledger_unstored_seconds",
           .help = "How long results have been waiting without a commit.",
           .read = [](Now now) { return since_if(now, now.ledger_condition.unstored_since_ns); }},
    Number{.metric = "ledger_last_commit_timestamp_seconds",
           .help = "When the last commit ended.",
           .read =
               [](Now now) {
                   const std::uint64_t last_ns = now.ledger_condition.last_commit_ns;
                   return none_or(last_ns != 0, static_cast<double>(now.at.at_us(last_ns)) / 1e6);
               }},
    Number{.metric = "ledger_last_commit_seconds",
           .help = "How long the last commit took.",
           .read = [](Now now) { return Value(seconds_of(now.ledger_condition.last_took_ns)); }},
    Number{.object = "ledger_condition",
           .key = "free_bytes",
           .metric = "ledger_free_bytes",
           .help = "Free space of the ledger's file system.",
           .is_left_out = true,
           .read = [](Now now) { return number_if(now.ledger_condition.room.free_bytes); }},
    Number{.object = "ledger_condition",
           .key = "file_bytes",
           .metric = "ledger_file_bytes",
           .help = "Size of the ledger's file.",
           .is_left_out = true,
           .read = [](Now now) { return number_if(now.ledger_condition.room.file_bytes); }},
    Number{.object = "ledger_condition",
           .key = "log_bytes",
           .metric = "ledger_log_bytes",
           .help = "Size of the ledger's log.",
           .is_left_out = true,
           .read = [](Now now) { return number_if(now.ledger_condition.room.log_bytes); }},
    Number{.object = "ledger_condition",
           .key = "is_answered",
           .read = [](Now now) { return Value(now.ledger_condition.room.is_answered); }},
};

const std::array kSource{
    Number{.object = "source_condition",
           .key = "state",
           .read = [](Now now) { return Value(std::string(to_text(now.source_condition.state))); }},
    Number{.object = "source_condition",
           .key = "seconds",
           .read =
               [](Now now) {
                   const std::uint64_t since_ns = now.source_condition.since_ns;
                   return since_ns == 0 ? Value(std::uint64_t{0}) : Value(since(now, since_ns));
               }},
    Number{.object = "source_condition",
           .key = "sentence",
           .read = [](Now now) { return Value(now.source_condition.sentence); }},
    Number{.metric = "source_paused",
           .help = "1 if it is paused.",
           .read = [](Now now) { return Value(now.is_paused); }},
    Number{.object = "source_condition",
           .key = "backlog",
           .metric = "source_backlog_invoices",
           .help = "Invoices that lie in the source and are not acquired.",
           .read = [](Now now) { return Value(now.source_condition.backlog); }},
    Number{.object = "source_condition",
           .key = "oldest_seconds",
           .metric = "source_oldest_age_seconds",
           .help = "How long the oldest of them has been waiting.",
           .read =
               [](Now now) {
                   const SourceCondition& source = now.source_condition;
                   return none_or(source.oldest_us != 0, source.waiting_seconds(now.at.now_us()));
               }},
    Number{.object = "source_condition",
           .key = "unmoved",
           .metric = "source_unmoved_files",
           .help = "Files that are in the ledger and could not be moved yet.",
           .words = {"file", "files", " not moved yet"},
           .read = [](Now now) { return Value(now.source_condition.unmoved); }},
    Number{.object = "source_condition",
           .key = "passed_over",
           .metric = "source_passed_over_entries",
           .help = "Entries that could not be looked at.",
           .words = {"entry", "entries", " passed over"},
           .read = [](Now now) { return Value(now.source_condition.passed_over); }},
    Number{.object = "source_condition",
           .key = "unusable_ids",
           .metric = "unusable_ids_total",
           .type = kCounter,
           .help = "Ids that could not be used.",
           .words = {"unusable id", "unusable ids"},
           .read = [](Now now) { return Value(now.source_condition.unusable_ids); }},
};

}  // namespace

std::span<const Number> numbers_of(Subject subject) noexcept {
    switch (subject) {
        case Subject::Flow:
            break;
        case Subject::Ledger:
            return kLedger;
        case Subject::Source:
            return kSource;
    }
    return flow_numbers();
}

double as_double(const Number::Value& value) noexcept {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    if (const auto* count = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*count);
    const auto* number = std::get_if<double>(&value);
    return number != nullptr ? *number : 0;
}

std::string in_words(const Number& number, const Observation& now) {
    if (number.words.one == nullptr) return {};
    const Value value = number.read(now);
    const auto* count = std::get_if<std::uint64_t>(&value);
    if (count == nullptr || *count == 0) return {};
    return fmt::format("{} {}{}", *count, *count == 1 ? number.words.one : number.words.more,
                       number.words.after);
}

}  // namespace pipeline
