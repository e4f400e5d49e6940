// SPDX-License-Identifier: Apache-2.0
// Makes the changes in a ledger that people decide, beside a pipeline at full speed. The changes are made in
// transactions of at most kSlice rows; each one is durable when the function returns. A kill leaves the
// slices that were finished, and a repetition goes on with the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/ledger_row.hpp"
#include "common/ledger/row_selection.hpp"

namespace pipeline {

// The result of a change for one invoice.
struct RowChange {
    enum class Result : std::uint8_t {
        Unknown,    // the ledger has no such id
        Unchanged,  // its status does not allow the change
        Changed,
    };
    std::string id;                        // as the ledger has it, or as it was given if it is unknown
    RowStatus status = RowStatus::Booked;  // before the change
    Result result = Result::Unknown;
};

// Watches a prune, slice by slice.
class PruneWatcher {
  public:
    PruneWatcher() = default;
    PruneWatcher(const PruneWatcher&) = delete;
    PruneWatcher& operator=(const PruneWatcher&) = delete;
    virtual ~PruneWatcher() = default;

    // A row that is removed, by which its file is found.
    struct Removed {
        std::string table;  // invoices, history or duplicates
        std::string id;     // as the ledger has it
        std::string source;
        std::uint64_t position = 0;
    };

    // Called for each row of a slice, before anything of the slice is removed, with the columns that its
    // table has (of a duplicate, stored_at is when it was seen). A row may come here again if a kill, or
    // somebody who asks for it to be given again, keeps it from being removed.
    virtual void will_remove(std::string_view table, const LedgerRow& row) = 0;
    // Called before the slice is removed; if it throws, the slice stays.
    virtual void about_to_remove() = 0;
    // Called after each transaction with the rows that it has removed, and how many these are so far. The
    // call before the first slice has those of the last transaction of the prune before this one, which a
    // kill may have kept from this call.
    virtual void removed(std::span<const Removed> rows, std::uint64_t so_far) = 0;
};

// Every function may throw Failure: NotDrained (try again) if another program keeps the ledger locked, or its
// files are moved meanwhile; InputOutput, Configuration or CannotCreate as open_ledger() does.
class LedgerEditor {
  public:
    static constexpr std::size_t kSlice = 1000;

    LedgerEditor() = default;
    LedgerEditor(const LedgerEditor&) = delete;
    LedgerEditor& operator=(const LedgerEditor&) = delete;
    virtual ~LedgerEditor() = default;

    // Makes invoices that are failed, rejected or waiting due now, so that the pipeline of their source gives
    // them again. Never changes a booked one. `ids` are as people know them (ids_meant_by()).
    [[nodiscard]] virtual std::vector<RowChange> retry(std::span<const std::string> ids) = 0;
    // The same for all that the selection chooses and that are there at the time of the call. Returns how
    // many these were, and calls `told` with their number so far after each slice.
    virtual std::uint64_t retry(const RowSelection& selection,
                                const std::function<void(std::uint64_t)>& told) = 0;
    // Makes invoices failed that are waiting, or that are due to be given again after they have failed or
    // were rejected. An attempt that is under way will not count.
    [[nodiscard]] virtual std::vector<RowChange> cancel(std::span<const std::string> ids) = 0;
    // Removes the outcomes that were stored before `before_us` (microseconds since 1970, UTC): rows that are
    // booked, rejected or failed and are not to be given again, history and duplicates. The table pruned
    // keeps the id, source, position, status and digest of each. Returns how many rows it has removed.
    virtual std::uint64_t prune(std::int64_t before_us, PruneWatcher& watcher) = 0;
};

// Returns the reason of an invoice that is cancelled: it keeps the one that it had before. `status` is the
// one that it had; an empty `before` is none.
[[nodiscard]] std::string reason_of_cancelled(std::string_view status, std::string_view before);

}  // namespace pipeline
