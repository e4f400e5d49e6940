// SPDX-License-Identifier: Apache-2.0
// Reads rows of a ledger for people, in one snapshot. Writes, creates and repairs nothing, and blocks no
// writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/ledger_row.hpp"
#include "common/ledger/row_selection.hpp"

namespace pipeline {

// A row of the table duplicates.
struct DuplicateRow {
    std::string source;
    std::uint64_t position = 0;
    std::int64_t seen_at_us = 0;
};

// The rest of an outcome that was pruned.
struct PrunedRow {
    std::string source;
    std::uint64_t position = 0;
    std::string status;  // booked, rejected or failed; "replaced" and "duplicate" of history and duplicates
};

// The newest commit of a generation whose head no other chain has taken in (docs/ledger.md, "Sealed").
struct OpenHead {
    std::uint64_t generation = 0;
    std::string source;        // of the generation; "clerk" for what people have decided
    std::uint64_t number = 0;  // of the commit, in its generation
    std::int64_t stored_at_us = 0;
    Digest head{};
};

// Returns the line for the log about a head of the ledger `place`, its path or URL.
[[nodiscard]] std::string head_line(std::string_view place, const OpenHead& head);

// A host that has written a ledger which hosts share.
struct LedgerHost {
    std::string host;               // empty: it has not told its name
    std::uint64_t generations = 0;  // the runs of its pipelines
    std::uint64_t writing = 0;      // those of them that have committed within the last minute
    std::int64_t last_commit_us = 0;
    std::uint64_t rows = 0;  // outcomes that it has added, over all time
    std::uint64_t rows_last_minute = 0;
};
struct LedgerHosts {
    std::int64_t now_us = 0;        // by the ledger's clock, as are all times of commits
    std::vector<LedgerHost> hosts;  // in the order of their names
};

// A part of the rows that a selection chooses, in the order of the table.
struct RowPage {
    std::int64_t after = 0;              // begin behind this row; 0: with the first one
    std::int64_t until = 0;              // the last row that belongs to it; 0: the last one of now
    std::size_t most_bytes = 4U << 20U;  // end after the row with which the texts exceed this
};

// A place in the rows of one status, the newest of which come first.
struct RowMark {
    std::int64_t stored_at_us = INT64_MAX;
    std::int64_t row = INT64_MAX;
};

// The few columns of a row that a list of many rows shows. The texts are valid during the call that gets it.
struct RowOutline {
    RowStatus status = RowStatus::Booked;
    std::string_view id;
    std::string_view reason;  // empty: none
    std::int64_t attempts = 0;
    std::optional<std::int64_t> due_at_us;
    bool is_leased = false;  // a pipeline has taken it, to give it again
    RowMark mark;
};

// Every function may throw the exception of its kind of ledger (SqliteError for SQLite). browse_ledger()
// catches it, and then retries or throws a Failure.
class LedgerBrowser {
  public:
    using Take = std::function<void(const LedgerRow&)>;
    // These two return false to end the reading.
    using TakeOutline = std::function<bool(const RowOutline&)>;
    using TakeTime = std::function<bool(std::int64_t stored_at_us)>;

    LedgerBrowser() = default;
    LedgerBrowser(const LedgerBrowser&) = delete;
    LedgerBrowser& operator=(const LedgerBrowser&) = delete;
    virtual ~LedgerBrowser() = default;

    // Returns how many rows the selection chooses.
    [[nodiscard]] virtual std::uint64_t count(const RowSelection& selection) = 0;
    // Calls `take` with the rows that the selection chooses, the newest first, at most `most` of them.
    virtual void newest(const RowSelection& selection, std::uint64_t most, const Take& take) = 0;
    // Calls `take` with the rows of the page. Returns the page that follows it; none if it was the last one.
    [[nodiscard]] virtual std::optional<RowPage> read(const RowSelection& selection, const RowPage& page,
                                                      const Take& take) = 0;

    // Calls `take` with the rows of `status` that come behind the mark, the newest first, until it returns
    // false. Reads an index, so a first row costs the same however many rows there are; not for Booked.
    virtual void walk(RowStatus status, const RowMark& behind, const TakeOutline& take) = 0;
    // Calls `take` with the times of the rows of `status` that were stored at `since_us` or later, the newest
    // first, until it returns false. Reads hardly more rows than these; for Booked, rows of every status.
    virtual void times(RowStatus status, std::int64_t since_us, const TakeTime& take) = 0;

    // The following functions are about one invoice; `id` is an id as the ledger has it (ledger_id.hpp).
    // Returns false, and does not call `take`, if the id has no row.
    [[nodiscard]] virtual bool find(std::string_view id, const Take& take) = 0;
    // Calls `take` with the outcomes of the id that were replaced, the newest first, at most `most` of them.
    // Returns how many there are.
    [[nodiscard]] virtual std::uint64_t history(std::string_view id, std::uint64_t most,
                                                const Take& take) = 0;
    // Returns the rows of the id in the table duplicates, the newest first, at most `most` of them, and sets
    // `count` to their number. May read the whole table.
    [[nodiscard]] virtual std::vector<DuplicateRow> duplicates(std::string_view id, std::uint64_t most,
                                                               std::uint64_t& count) = 0;
    // Returns the size of the body that is stored with the id; none if there is none.
    [[nodiscard]] virtual std::optional<std::uint64_t> body_bytes(std::string_view id) = 0;
    // Returns what is left of the id's outcomes that were pruned: their status and source, in the order in
    // which they were.
    [[nodiscard]] virtual std::vector<PrunedRow> pruned(std::string_view id, std::uint64_t most) = 0;

    // Returns the heads that together stand for everything in the ledger, in the order of their times.
    [[nodiscard]] virtual std::vector<OpenHead> heads() = 0;

    // Returns the hosts that have written the ledger; none if hosts do not share this kind of ledger.
    [[nodiscard]] virtual LedgerHosts hosts() { return {}; }
};

// Returns the texts under which the ledger may have the invoice that a person calls `id`: the id's printable
// form, the text itself, which may be copied from a screen, and the forms of version 0.1.0. The likeliest
// comes first. Throws std::bad_alloc.
[[nodiscard]] std::vector<std::string> ids_meant_by(std::string_view id);

}  // namespace pipeline
