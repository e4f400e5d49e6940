// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/invoice_facts.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "common/base/printable.hpp"
#include "common/ledger/readable_field.hpp"
#include "common/ledger/spool_files.hpp"
#include "common/spec/source_spec.hpp"
#include "common/spec/words.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kMostOfAKind = 50;
constexpr std::size_t kMostText = 4096;        // of one field
constexpr std::size_t kMostEntries = 200'000;  // of folders, to find a file that has another name

std::string cut(std::string text) {
    if (text.size() <= kMostText) return text;
    // Do not cut a character of UTF-8 in two.
    std::size_t end = kMostText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    const std::size_t bytes = text.size();
    text.resize(end);
    return text + fmt::format("... [{} of {} bytes]", end, bytes);
}

std::uint64_t not_negative(std::int64_t number) noexcept {
    return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

struct Place {
    std::string source;
    std::uint64_t position = 0;
};

Place read_row(const LedgerRow& row, InvoiceFacts& facts) {
    facts.id = row[ledger_column("id")].text;
    facts.status = row_status_of(row[ledger_column("status")].text);
    facts.is_due = row[ledger_column("due_at")].is_set || row[ledger_column("leased_until")].is_set;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].is_set) facts.fields.emplace_back(kLedgerColumns[i].name, cut(readable(row, i)));
    }
    return {std::string(row[ledger_column("source")].text),
            static_cast<std::uint64_t>(row[ledger_column("position")].number)};
}

void read_history(LedgerBrowser& browser, const std::string& id, InvoiceFacts& facts) {
    facts.history_rows = browser.history(id, kMostOfAKind, [&](const LedgerRow& row) {
        facts.history.push_back(
            {safe_line(row[ledger_column("status")].text), cut(safe_line(row[ledger_column("reason")].text)),
             not_negative(row[ledger_column("attempts")].number), row[ledger_column("stored_at")].number});
    });
}

void read_duplicates(LedgerBrowser& browser, const std::string& id, Deadline until, InvoiceFacts& facts) {
    std::uint64_t count = 0;
    try {
        for (const DuplicateRow& row : browser.duplicates(id, kMostOfAKind, count))
            facts.duplicates.push_back({printable(row.source), row.position, row.seen_at_us});
        facts.duplicate_rows = count;
    } catch (const std::runtime_error&) {
        // No index has the ids of that table. The rest of the answer is worth having without it.
        if (std::chrono::steady_clock::now() < until) throw;
    }
}

void find_files(const Place& place, InvoiceFacts& facts) {
    const SourceTraits* traits = source_traits_of(place.source);
    facts.is_of_spool = traits != nullptr && traits->input == SourceTraits::Input::Folder;
    for (const SpoolFile& file : spool_files(place.source, facts.id, place.position, kMostEntries))
        facts.files.push_back({printable(file.path), file.is_the_one});
}

void add_commands(const LedgerSpec& ledger, InvoiceFacts& facts) {
    const auto add = [&](std::string_view command) {
        if (auto text = clerk_command(command, ledger, facts.id); !text.empty())
            facts.commands.push_back(std::move(text));
    };
    const bool is_waiting = facts.status == RowStatus::Waiting;
    if (facts.status && facts.status != RowStatus::Booked) {
        if (is_waiting || !facts.is_due) add("retry");
        if (is_waiting || facts.is_due) add("cancel");
    }
    add("show");
}

}  // namespace

std::string clerk_command(std::string_view command, const LedgerSpec& ledger, const std::string& id) {
    const std::string place = ledger.text();
    if (printable(place) != place) return {};
    std::vector<std::string> words{"clerk", std::string(command), "--ledger", place};
    if (id.starts_with('-')) words.emplace_back("--");
    words.push_back(id);
    return join_words(words);
}

std::optional<InvoiceFacts> read_invoice(LedgerBrowser& browser, std::string_view id,
                                         const LedgerSpec& ledger, Deadline until) {
    for (const std::string& meant : ids_meant_by(id)) {
        InvoiceFacts facts;
        Place place;
        const bool has_row = browser.find(meant, [&](const LedgerRow& row) { place = read_row(row, facts); });
        if (has_row) facts.body_bytes = browser.body_bytes(meant);
        facts.id = meant;
        read_history(browser, meant, facts);
        for (const PrunedRow& row : browser.pruned(meant, kMostOfAKind)) {
            facts.pruned.push_back(fmt::format("{}, of {}, position {}", safe_line(row.status),
                                               printable(row.source), row.position));
        }
        read_duplicates(browser, meant, until, facts);
        const bool is_known =
            has_row || facts.history_rows != 0 || !facts.duplicates.empty() || !facts.pruned.empty();
        if (!is_known) continue;
        if (has_row) find_files(place, facts);
        add_commands(ledger, facts);
        facts.id = safe_line(facts.id);
        return facts;
    }
    return std::nullopt;
}

}  // namespace pipeline
