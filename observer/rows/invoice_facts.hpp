// SPDX-License-Identifier: Apache-2.0
// Everything that is known of one invoice: its row in the ledger, the outcomes before it, its duplicates, its
// file, and the commands with which people decide about it. All texts are safe to show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/ledger/ledger_browser.hpp"
#include "common/spec/ledger_spec.hpp"
#include "observer/rows/reason_groups.hpp"

namespace pipeline {

struct InvoiceFacts {
    std::string id;                   // as the ledger has it
    std::optional<RowStatus> status;  // none: the ledger has no row of it, but an entry elsewhere
    bool is_due = false;              // it will be given again, or is being processed again
    // The row's columns that are set: name and value, as people read them. Long texts are cut.
    std::vector<std::pair<std::string, std::string>> fields;
    std::optional<std::uint64_t> body_bytes;  // of what was handed over and is kept with it

    struct Outcome {
        std::string status;
        std::string reason;
        std::uint64_t attempts = 0;
        std::int64_t stored_at_us = 0;
    };
    std::vector<Outcome> history;  // outcomes that were replaced, the newest first
    std::uint64_t history_rows = 0;

    struct Duplicate {
        std::string source;
        std::uint64_t position = 0;
        std::int64_t seen_at_us = 0;
    };
    std::vector<Duplicate> duplicates;            // the newest first
    std::optional<std::uint64_t> duplicate_rows;  // none: there was no time to count them
    std::vector<std::string> pruned;              // each a sentence

    bool is_of_spool = false;  // its source is a folder
    struct File {
        std::string path;
        bool is_the_one = false;  // false: another file of that name
    };
    std::vector<File> files;

    // Commands for a shell, each one line: for what to do next, and last the one that shows it.
    std::vector<std::string> commands;
};

// Returns the facts of the invoice that a person calls `id`; none if the ledger does not know it. Looks for
// its file, too. Throws what the browser throws.
[[nodiscard]] std::optional<InvoiceFacts> read_invoice(LedgerBrowser& browser, std::string_view id,
                                                       const LedgerSpec& ledger, Deadline until);

// Returns the clerk's command for this invoice, quoted for a shell; empty if the ledger's path cannot be
// shown as it is.
[[nodiscard]] std::string clerk_command(std::string_view command, const LedgerSpec& ledger,
                                        const std::string& id);

}  // namespace pipeline
