// SPDX-License-Identifier: Apache-2.0
// Opens the ledger that the command line names: for writing (Ledger), for questions about files
// (LedgerLookup) or for reading (LedgerReader). Only this file chooses among the kinds of ledger.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/ledger_editor.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/ledger_taker.hpp"
#include "common/ledger/work/work_table.hpp"
#include "common/spec/address/table_name.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

// Opens the ledger that `spec` names; creates it with its schema if it is missing. Throws Failure:
// CannotCreate if the ledger cannot be opened, created or written; Configuration if the file is not a ledger
// or a newer version wrote it.
[[nodiscard]] std::unique_ptr<Ledger> open_ledger(const LedgerSpec& spec);

// Opens the ledger of existing segments; never creates it. Throws WrongLedger if the ledger is missing or is
// not the one that the segments know. Throws Failure as open_ledger() does.
[[nodiscard]] std::unique_ptr<Ledger> open_known_ledger(const LedgerSpec& spec, const KnownLedger& known);

// Returns a ledger that another process has created, without opening it. The first commit() or question opens
// it, but never creates it. If that fails because the ledger is locked or moved away, or the disk is full,
// the call throws LedgerUnavailable, and the results wait.
[[nodiscard]] std::unique_ptr<Ledger> share_ledger(const LedgerSpec& spec);

// Makes a lookup of rows from `source`, the source's name in the ledger. The first question opens the ledger,
// and accepts only the ledger `known` (by default any). If `spec` names the ledger `none`, the lookup finds
// nothing.
[[nodiscard]] std::unique_ptr<LedgerLookup> make_ledger_lookup(const LedgerSpec& spec, std::string source,
                                                               const KnownLedger& known = {});

// Makes a taker of rows that are due. The first call opens the ledger, and asks `known` what must be in it.
// Returns null if the ledger stores nothing.
[[nodiscard]] std::unique_ptr<LedgerTaker> make_ledger_taker(const LedgerSpec& spec, TakerScope scope,
                                                             std::function<KnownLedger()> known);

// Makes the table of a source in the ledger's database; WorkTable::open() connects. Returns null if the
// ledger can have none (LedgerSpec::is_shared()).
[[nodiscard]] std::unique_ptr<WorkTable> make_work_table(const LedgerSpec& spec, const TableName& table);

// Calls `read` with a reader. If a writer disturbed the snapshot, calls `read` again with a new reader;
// `read` must then discard the data of its earlier call. Returns false, and does not call `read`, if `spec`
// names the ledger `none`. Throws Failure: NoInput if the ledger is missing or empty; NotDrained (try again)
// if it stays locked or disturbed; Configuration if it is not a ledger or has a newer version; DataError if
// it is damaged; InputOutput otherwise.
[[nodiscard]] bool read_ledger(const LedgerSpec& spec, const std::function<void(LedgerReader&)>& read);

// Calls `browse` with a browser, as read_ledger() calls `read`, and throws as it does; also throws Failure
// Configuration if the ledger has an older version. With `until`, throws Failure NotDrained if the ledger
// cannot be read by then; a question that is not answered by then fails, too.
[[nodiscard]] bool browse_ledger(const LedgerSpec& spec, const std::function<void(LedgerBrowser&)>& browse,
                                 std::optional<std::chrono::steady_clock::time_point> until = std::nullopt);

// Opens an existing ledger for the changes that people decide; never creates or upgrades it. Returns null if
// `spec` names the ledger `none`. Throws Failure: as browse_ledger() does, and CannotCreate if the ledger
// cannot be written.
[[nodiscard]] std::unique_ptr<LedgerEditor> edit_ledger(const LedgerSpec& spec);

}  // namespace pipeline
