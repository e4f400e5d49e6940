// SPDX-License-Identifier: Apache-2.0
#include "observer/show/flow_numbers.hpp"

#include <array>

#include "observer/show/number_values.hpp"

namespace pipeline {
namespace {

using Value = Number::Value;
constexpr auto kCounter = Number::Type::Counter;

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
           .key = "waiting",
           .metric = "stored_invoices_total",
           .label = {"status", "waiting"},
           .read = [](Now now) { return Value(now.flow().outcomes.waiting); }},
    Number{.object = "totals",
           .key = "duplicates",
           .metric = "stored_invoices_total",
           .label = {"status", "duplicate"},
           .read = [](Now now) { return Value(now.flow().outcomes.duplicates); }},
    Number{.object = "totals",
           .key = "given_again",
           .metric = "given_again_invoices_total",
           .type = kCounter,
           .help = "Results of invoices that were given again.",
           .read = [](Now now) { return Value(now.flow().outcomes.given_again); }},
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

}  // namespace

std::span<const Number> flow_numbers() noexcept {
    return kFlow;
}

}  // namespace pipeline
