// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>
#include <vector>

#include "clerk/place/places.hpp"
#include "clerk/rows/commands.hpp"
#include "clerk/talk/plain_text.hpp"
#include "common/base/output.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/readable_field.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kWidestId = 60;

constexpr std::size_t kDueAt = ledger_column("due_at");

// The rows of the list, without the heading. `has_due` becomes true if one of them has a due_at.
using Lines = std::vector<std::vector<std::string>>;

std::vector<std::string> line_of(const LedgerRow& row) {
    const auto text = [&](std::size_t column) { return readable(row, column); };
    const auto time = [&](std::size_t column) {
        return row[column].is_set ? utc_text(row[column].number) : std::string();
    };
    return {text(ledger_column("id")),
            text(ledger_column("status")),
            text(ledger_column("attempts")),
            time(ledger_column("stored_at")),
            time(kDueAt),
            text(ledger_column("reason"))};
}

void remove_due(Lines& lines) {
    for (auto& line : lines) line.erase(line.begin() + 4);
}

// "failed, rejected or waiting": the statuses of the selection.
std::string statuses_text(const RowSelection& selection) {
    std::vector<std::string_view> words;
    for (const auto status :
         {RowStatus::Failed, RowStatus::Rejected, RowStatus::Waiting, RowStatus::Booked}) {
        if (selection.has(status)) words.push_back(to_text(status));
    }
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
    return text;
}

}  // namespace

ExitStatus list_rows(const ClerkOptions& options) {
    const LedgerSpec ledger = ledger_to_work_on(options);
    const RowSelection selection = options.selection(not_booked());
    const std::uint32_t limit = options.limit.value_or(kDefaultLimit);
    Lines lines;
    std::uint64_t all = 0;
    bool has_due = false;
    static_cast<void>(browse_ledger(ledger, [&](LedgerBrowser& browser) {
        has_due = false;
        lines = {{"ID", "STATUS", "ATTEMPTS", "STORED_AT", "DUE_AT", "REASON"}};
        all = browser.count(selection);
        browser.newest(selection, limit, [&](const LedgerRow& row) {
            has_due = has_due || row[kDueAt].is_set;
            lines.push_back(line_of(row));
        });
    }));
    if (all == 0) {
        const bool is_filtered = options.reason || options.since_us;
        print_output(fmt::format("nothing{} is {} in {}\n", is_filtered ? " of that reason and time" : "",
                                 statuses_text(selection), printable(ledger.text())));
        return ExitStatus::Drained;
    }
    if (!has_due) remove_due(lines);
    std::string text = table_text(lines, kWidestId, terminal_columns());
    if (const std::uint64_t shown = lines.size() - 1; shown < all)
        text += fmt::format("{} more; --limit {} shows all {}\n", all - shown, all, all);
    print_output(text);
    return ExitStatus::Drained;
}

}  // namespace pipeline
