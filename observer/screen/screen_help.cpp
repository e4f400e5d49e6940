// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/screen_help.hpp"

#include <array>
#include <string_view>

namespace pipeline {
namespace {

struct Entry {
    std::string_view what;
    std::string_view meaning;
};

constexpr std::array<Entry, 21> kEntries{{
    {"acquired/s", "into the ring, in the last 10 s; beside it the last two minutes"},
    {"stored/s", "into the ledger, the same"},
    {"ring", "acquired, not yet taken by a consumer; full, it stops the source"},
    {"storage", "processed, not yet in the ledger or not yet told to the source"},
    {"in flight", "acquired, not in the ledger: in ring, hands (in work), storage"},
    {"waiting", "latency: from being acquired until the processing begins"},
    {"processing", "latency: the processing itself"},
    {"durable", "latency: from being acquired until it is in the ledger"},
    {"p50 p99 p99.9", "so many % of the invoices of the last 10 s took no longer"},
    {"busy", "share of its time in which it does not wait for others"},
    {"died", "processes of that place that had to be replaced"},
    {"memory", "of the process alone, without the shared segments"},
    {"for, try", "how long it has been working on that invoice; which attempt it is"},
    {"", ""},
    {"q", "quit; the pipeline notices nothing of it"},
    {"f", "not booked, by reason; enter opens a reason, then an invoice"},
    {"/", "find an invoice by its id"},
    {"p", "freeze what is shown, or go on; the pipeline goes on anyway"},
    {"s", "sort by place, items/s, busy, longest in work, deaths"},
    {"up, down", "scroll through the processes, also by page"},
    {"", "docs/observer.md has the rest."},
}};

}  // namespace

void draw_help(Picture& picture, int row) {
    constexpr int kMeaning = 15;
    for (const Entry& entry : kEntries) {
        picture.put(row, 0, entry.what, Style::Strong);
        picture.put(row, kMeaning, entry.meaning);
        ++row;
    }
}

}  // namespace pipeline
