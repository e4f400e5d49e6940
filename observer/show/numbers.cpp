// SPDX-License-Identifier: Apache-2.0
#include "observer/show/numbers.hpp"

#include <fmt/format.h>

#include <array>

namespace pipeline {
namespace {

using Value = Number::Value;
using Now = const Observation&;
constexpr auto kCounter = Number::Type::Counter;

Value none_or(bool is_known, double seconds) {
    return is_known ? Value(seconds) : Value();
}

double since(Now now, std::uint64_t ns) noexcept {
    return now.at_ns > ns ? static_cast<double>(now.at_ns - ns) / 1e9 : 0;
}

Value since_if(Now now, const std::optional<std::uint64_t>& ns) {
    return none_or(ns.has_value(), since(now, ns.value_or(0)));
}

Value number_if(const std::optional<std::uint64_t>& number) {
    return number ? Value(*number) : Value();
}

double seconds_of(std::uint64_t ns) noexcept {
    return static_cast<double>(ns) / 1e9;
}

std::uint64_t stored_records(Now now) noexcept {
    return now.flow().saved > now.released ? now.flow().saved - now.released : 0;
}

std::uint64_t without_receipt(Now now) noexcept {
    const std::uint64_t records = stored_records(now);
    return records > now.in_storage() ? records - now.in_storage() : 0;
}

const std::array kFlow{
    Number{.object = "totals",
           .key = "acquired",
           .metric = "acquired_invoices_total",
           .type = kCounter,
           .help = "Invoices that came into the ring.",
           .read = [](Now now) { return Value(now.flow().acquired); }},
    Number{.object = "totals",
           .key = "processed",
           .metric = "processed_invoices_total",
           .type = kCounter,
           .help = "Invoices whose results were saved.",
           .read = [](Now now) { return Value(now.flow().saved); }},
    Number{.object = "totals", .key = "stored", .read = [](Now now) { return Value(now.flow().durable); }},
    Number{.object = "totals",
           .key = "booked",
           .metric = "stored_invoices_total",
           .type = kCounter,
           .help = "Invoices in the ledger, by what became of them.",
           .label = {"status", "booked"},
           .read = [](Now now) { return Value(now.flow().outcomes.booked); }},
    Number{.object = "totals",
           .key = "rejected",
           .metric = "stored_invoices_total",
           .label = {"status", "rejected"},
           .read = [](Now now) { return Value(now.flow().outcomes.rejected); }},
    Number{.object = "totals",
           .key = "failed",
           .metric = "stored_invoices_total",
           .label = {"status", "failed"},
           .read = [](Now now) { return Value(now.flow().outcomes.failed); }},
    Number{.object = "totals",
           .key = "duplicates",
           .metric = "stored_invoices_total",
           .label = {"status", "duplicate"},
           .read = [](Now now) { return Value(now.flow().outcomes.duplicates); }},
    Number{.object = "totals",
           .key = "expected",
           .read = [](Now now) { return now.expected == 0 ? Value() : Value(now.expected); }},
    Number{.object = "in_flight", .key = "invoices", .read = [](Now now) { return Value(now.in_flight()); }},
    Number{.object = "in_flight",
           .key = "in_ring",
           .metric = "in_flight_invoices",
           .help = "Invoices that are acquired and not in the ledger, by where they are.",
           .label = {"where", "ring"},
           .read = [](Now now) { return Value(now.flow().in_ring); }},
    Number{.object = "in_flight",
           .key = "in_hands",
           .metric = "in_flight_invoices",
           .label = {"where", "hands"},
           .read = [](Now now) { return Value(now.flow().in_hands); }},
    Number{.object = "in_flight",
           .key = "in_storage",
           .metric = "in_flight_invoices",
           .label = {"where", "storage"},
           .read = [](Now now) { return Value(now.in_storage()); }},
    Number{.object = "in_flight",
           .key = "oldest_seconds",
           .read = [](Now now) { return since_if(now, now.oldest_acquired_ns); }},
    Number{.object = "ring", .key = "invoices", .read = [](Now now) { return Value(now.flow().in_ring); }},
    Number{.object = "ring",
           .key = "capacity",
           .metric = "ring_capacity_invoices",
           .help = "Invoices that the ring can hold.",
           .read = [](Now now) { return Value(now.ring_capacity); }},
    Number{.object = "ring",
           .key = "bytes",
           .metric = "ring_bytes",
           .help = "Bytes of bodies and long ids that are not processed.",
           .read = [](Now now) { return Value(now.ring_bytes.used); }},
    Number{.object = "ring",
           .key = "byte_capacity",
           .metric = "ring_capacity_bytes",
           .help = "Bytes of bodies and long ids that the ring can hold.",
           .read = [](Now now) { return Value(now.ring_bytes.capacity); }},
    Number{.metric = "storage_capacity_records",
           .help = "Results that the storage can hold.",
           .read = [](Now now) { return Value(now.storage_capacity); }},
    Number{.object = "storage",
           .key = "records",
           .metric = "storage_records",
           .help = "Results in the storage, those that the source does not know of too.",
           .read = [](Now now) { return Value(stored_records(now)); }},
    Number{.object = "storage",
           .key = "waiting_for_ledger",
           .read = [](Now now) { return Value(now.in_storage()); }},
    Number{.object = "storage",
           .key = "waiting_for_receipt",
           .read = [](Now now) { return Value(without_receipt(now)); }},
    Number{
        .object = "storage", .key = "capacity", .read = [](Now now) { return Value(now.storage_capacity); }},
    Number{.object = "storage",
           .key = "bytes",
           .metric = "storage_bytes",
           .help = "Bytes of results and long ids that the source does not know of.",
           .read = [](Now now) { return Value(now.storage_bytes.used); }},
    Number{.object = "storage",
           .key = "byte_capacity",
           .metric = "storage_capacity_bytes",
           .help = "Bytes of results and long ids that the storage can hold.",
           .read = [](Now now) { return Value(now.storage_bytes.capacity); }},
    Number{.metric = "oldest_invoice_age_seconds",
           .help = "How long the oldest invoice that is not in the ledger has been under way.",
           .read = [](Now now) { return since_if(now, now.oldest_acquired_ns); }},
};

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
    return kFlow;
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
