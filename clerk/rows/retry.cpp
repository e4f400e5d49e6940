// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "clerk/place/places.hpp"
#include "clerk/rows/commands.hpp"
#include "clerk/rows/row_changes.hpp"
#include "clerk/talk/question.hpp"
#include "common/base/log.hpp"
#include "common/base/output.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kProgress = 100'000;

// "failed", "failed or waiting": the statuses of the selection.
std::string statuses_text(const RowSelection& selection) {
    std::string text;
    for (const auto status : {RowStatus::Failed, RowStatus::Rejected, RowStatus::Waiting}) {
        if (!selection.has(status)) continue;
        text += fmt::format("{}{}", text.empty() ? "" : " or ", to_text(status));
    }
    return text;
}

std::string due_text(std::uint64_t count) {
    return fmt::format(
        "{} {} due: a running pipeline of {} source takes {} within a second; if it has stopped, or its list "
        "has ended, start it again with the same command",
        counted(count, "invoice"), verb(count, "is", "are"), verb(count, "its", "their"),
        verb(count, "it", "them"));
}

ExitStatus retry_selected(const ClerkOptions& options, const LedgerSpec& ledger) {
    const RowSelection selection = options.selection({});
    RowSelection of_status = selection;
    of_status.reason.reset();
    of_status.since_us.reset();
    std::uint64_t all = 0;
    std::uint64_t chosen = 0;
    static_cast<void>(browse_ledger(ledger, [&](LedgerBrowser& browser) {
        all = browser.count(of_status);
        chosen = browser.count(selection);
    }));
    const std::string what = fmt::format("{} of {} {} invoices", chosen, all, statuses_text(selection));
    if (chosen == 0) {
        print_output(
            fmt::format("{} would be given again: nothing to do in {}\n", what, printable(ledger.text())));
        return ExitStatus::Drained;
    }
    const std::string would = options.yes ? "" : fmt::format("{} would be given again\n", what);
    if (!is_agreed(would, options.yes)) {
        print_output("nothing was changed\n");
        return ExitStatus::NotDrained;
    }
    std::uint64_t told = 0;
    const std::uint64_t changed = edit_ledger(ledger)->retry(selection, [&](std::uint64_t so_far) {
        if (so_far < told + kProgress) return;
        told = so_far;
        log(LogLevel::Info, "{} of {}", so_far, chosen);
    });
    print_output(due_text(changed) + "\n");
    return ExitStatus::Drained;
}

}  // namespace

ExitStatus retry_rows(const ClerkOptions& options) {
    const LedgerSpec ledger = ledger_to_work_on(options);
    if (options.ids.empty()) return retry_selected(options, ledger);
    return tell_of_changes(edit_ledger(ledger)->retry(options.ids), due_text, [](const RowChange&) {
        return "it is booked, and what is booked is never given again";
    });
}

}  // namespace pipeline
