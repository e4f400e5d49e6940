// SPDX-License-Identifier: Apache-2.0
// The rows are read page by page, each page in a snapshot of its own: a reader of the output that stops for
// hours then does not keep the ledger's log from being cut.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "clerk/place/places.hpp"
#include "clerk/rows/commands.hpp"
#include "clerk/rows/row_text.hpp"
#include "common/base/error.hpp"
#include "common/ledger/open/open_ledger.hpp"

namespace pipeline {
namespace {

// Writes the text to standard output as it is. Waits for a slow reader without a time limit.
void write_all(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd room{STDOUT_FILENO, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            throw system_failure(ExitStatus::InputOutput, "writing to", "standard output", errno);
        }
    }
}

RowSelection everything() {
    RowSelection selection;
    selection.statuses.fill(true);
    return selection;
}

}  // namespace

ExitStatus export_rows(const ClerkOptions& options) {
    const LedgerSpec ledger = ledger_to_work_on(options);
    const RowSelection selection = options.selection(everything());
    const bool is_csv = options.format.value_or(ExportFormat::Csv) == ExportFormat::Csv;
    const auto append = is_csv ? append_csv : append_json;
    bool is_first = true;
    for (std::optional<RowPage> page = RowPage{}; page;) {
        std::string text;
        std::optional<RowPage> rest;
        static_cast<void>(browse_ledger(ledger, [&](LedgerBrowser& browser) {
            text = is_first && is_csv ? csv_heading() : "";
            rest = browser.read(selection, *page, [&](const LedgerRow& row) { append(row, text); });
        }));
        is_first = false;
        write_all(text);
        page = rest;
    }
    return ExitStatus::Drained;
}

}  // namespace pipeline
