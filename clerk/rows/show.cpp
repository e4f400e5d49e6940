// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "clerk/place/places.hpp"
#include "clerk/rows/commands.hpp"
#include "common/base/error.hpp"
#include "common/base/output.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/readable_field.hpp"
#include "common/ledger/spool_files.hpp"
#include "common/spec/words.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kMostOfAKind = 50;

// The facts that decide what is shown besides the row's columns.
struct Facts {
    std::string id, source;
    std::uint64_t position = 0;
    RowStatus status = RowStatus::Booked;
    bool is_due = false;  // it will be given again, or is being processed again
};

void append_line(std::string& text, std::string_view label, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{:<17}{}\n", label, value);
}

// A column's name for people: "stored at" of stored_at, "worked" of worked_us.
std::string label_of(const LedgerColumn& column) {
    std::string label(column.name);
    if (column.kind == LedgerColumn::Kind::Duration) label.erase(label.rfind('_'));
    std::replace(label.begin(), label.end(), '_', ' ');
    return label;
}

Facts append_row(std::string& text, const LedgerRow& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].is_set) append_line(text, label_of(kLedgerColumns[i]), readable(row, i));
    }
    return {std::string(row[ledger_column("id")].text), std::string(row[ledger_column("source")].text),
            static_cast<std::uint64_t>(row[ledger_column("position")].number),
            row_status_of(row[ledger_column("status")].text).value_or(RowStatus::Booked),
            row[ledger_column("due_at")].is_set || row[ledger_column("leased_until")].is_set};
}

// A replaced outcome in one line.
std::string history_line(const LedgerRow& row) {
    const auto& reason = row[ledger_column("reason")];
    return fmt::format("  {} {}, {}{}{}\n", utc_text(row[ledger_column("stored_at")].number),
                       safe_line(row[ledger_column("status")].text),
                       counted(static_cast<std::uint64_t>(row[ledger_column("attempts")].number), "attempt"),
                       reason.is_set ? ": " : "", reason.is_set ? safe_line(reason.text) : "");
}

void append_history(std::string& text, LedgerBrowser& browser, const std::string& id) {
    std::string lines;
    const std::uint64_t count =
        browser.history(id, kMostOfAKind, [&](const LedgerRow& row) { lines += history_line(row); });
    if (count == 0) return;
    append_line(text, "history", counted(count, "outcome") + " before, the newest first:");
    text += lines;
    if (count > kMostOfAKind)
        fmt::format_to(std::back_inserter(text), "  and {} more\n", count - kMostOfAKind);
}

void append_duplicates(std::string& text, LedgerBrowser& browser, const std::string& id) {
    std::uint64_t count = 0;
    const std::vector<DuplicateRow> rows = browser.duplicates(id, kMostOfAKind, count);
    if (count == 0) return;
    append_line(text, "duplicates", counted(count, "other") + " with this id, the newest first:");
    for (const DuplicateRow& row : rows) {
        fmt::format_to(std::back_inserter(text), "  {} {}, position {}\n", utc_text(row.seen_at_us),
                       printable(row.source), row.position);
    }
    if (count > rows.size()) fmt::format_to(std::back_inserter(text), "  and {} more\n", count - rows.size());
}

void append_pruned(std::string& text, LedgerBrowser& browser, const std::string& id) {
    for (const PrunedRow& row : browser.pruned(id, kMostOfAKind)) {
        append_line(text, "pruned",
                    fmt::format("{}, of {}, position {}", safe_line(row.status), printable(row.source),
                                row.position));
    }
}

void append_files(std::string& text, const Facts& facts) {
    const auto files = spool_files(facts.source, facts.id, facts.position);
    for (const SpoolFile& file : files) {
        append_line(text, "file",
                    printable(file.path) + (file.is_the_one ? "" : " (another file of that name)"));
    }
    if (files.empty() && facts.source.starts_with("spool:"))
        append_line(text, "file", "neither in the spool nor in a folder of it");
}

// The commands that make sense now. The id is given as bytes: the shell's word of it is safe to paste.
void append_commands(std::string& text, const Facts& facts, const std::string& places) {
    const auto append = [&](std::string_view command) {
        const bool is_dashed = facts.id.starts_with('-');
        append_line(
            text, "next",
            fmt::format("clerk {}{}{}{}", command, places, is_dashed ? " -- " : " ", join_words({facts.id})));
    };
    if (facts.status == RowStatus::Booked) return;
    if (facts.status == RowStatus::Waiting || !facts.is_due) append("retry");
    if (facts.status == RowStatus::Waiting || facts.is_due) append("cancel");
}

// Returns everything that is known of the invoice; empty if it is unknown.
std::string text_of(LedgerBrowser& browser, const ClerkOptions& options) {
    for (const std::string& id : ids_meant_by(options.ids.front())) {
        std::string text;
        Facts facts;
        const bool has_row = browser.find(id, [&](const LedgerRow& row) { facts = append_row(text, row); });
        if (has_row) {
            if (const auto bytes = browser.body_bytes(id))
                append_line(text, "body", counted(*bytes, "byte") + " are kept with it");
            append_files(text, facts);
        }
        append_history(text, browser, id);
        append_duplicates(text, browser, id);
        append_pruned(text, browser, id);
        if (has_row) append_commands(text, facts, options.places);
        if (!text.empty()) return text;
    }
    return {};
}

}  // namespace

ExitStatus show_row(const ClerkOptions& options) {
    const LedgerSpec ledger = ledger_to_work_on(options);
    std::string text;
    static_cast<void>(
        browse_ledger(ledger, [&](LedgerBrowser& browser) { text = text_of(browser, options); }));
    if (text.empty()) {
        throw Failure(ExitStatus::NoInput,
                      fmt::format("{}: the ledger {} does not know it", in_quotes(options.ids.front()),
                                  printable(ledger.text())));
    }
    print_output(text);
    return ExitStatus::Drained;
}

}  // namespace pipeline
