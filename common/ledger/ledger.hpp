// SPDX-License-Identifier: Apache-2.0
// The durable end of the pipeline. The flush leader hands over records and the source's cursor; the ledger
// writes all of them in one transaction, or none.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/digest.hpp"
#include "common/core/layout.hpp"
#include "common/core/record_range.hpp"
#include "common/ledger/last_commit.hpp"

namespace pipeline {

// A transaction's data besides its records.
struct CommitContext {
    std::string_view source;  // as in the ledger's `source` columns
    // Where the source continues if the segments are lost; none: keep the ledger's cursor.
    std::optional<std::uint64_t> cursor;
    WallClock clock{};             // to turn the records' monotonic times into wall-clock times
    std::uint64_t generation = 0;  // of the segments that the records lie in
    std::uint64_t ledger_id = 0;   // RingArea::ledger_id
    LedgerFiles* files = nullptr;  // in the storage; null: do not remember the files
    // For a list: the digest of everything before the cursor (list_digest.hpp), and the file's identity
    // (FileIdentity::text()). Set only together with a cursor; a cursor alone does not say what was read.
    std::optional<Digest> digest{};
    std::string_view file{};
    // The source was restarted from its beginning: the generation's first commit sets the cursor, which
    // otherwise never goes back.
    bool from_start = false;
};

// The ledger's record of how far a source has been read.
struct KnownSource {
    std::string source;                   // the name in its rows
    std::optional<std::uint64_t> cursor;  // where it continues
    std::optional<Digest> digest;         // as in CommitContext; none: from version 0.1.0, or no list
    std::string file;                     // as in CommitContext; empty: unknown
};

// The segments' knowledge of their ledger.
struct KnownLedger {
    std::uint64_t id = 0;  // RingArea::ledger_id
    std::uint64_t generation = 0;
    std::uint64_t durable = 0;  // number of the generation's records that it must have
    const LedgerFiles* files = nullptr;
};

// The ledger cannot take the records now (locked by another program, disk full, I/O error) but may later.
// Nothing was written: retry the flush after a while. what() is one line for the log.
class LedgerUnavailable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The file at the ledger's path is not the one that the segments know. Nothing was written. what() is half a
// sentence that begins with "it".
class WrongLedger : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Ledger {
  public:
    Ledger() = default;
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    virtual ~Ledger() = default;

    // Writes durably, in one transaction: all records, the cursor, and the index up to which the ledger now
    // has this generation's records. `records` begin with the first one that the segments do not call
    // durable. Sets each record's `outcome` before the commit: its status if its row is new, the row's status
    // if the same source and position had a row already, Duplicate if its id belongs to another position.
    // Leaves records that a killed caller committed, and their outcomes, as they are: they must be exactly
    // the first of `records`. Throws LedgerUnavailable (nothing may be called durable; retry) or Failure
    // (cannot work at all).
    virtual void commit(const RecordRange& records, const CommitContext& context) = 0;

    // The position where `source` continues, if the ledger knows it.
    [[nodiscard]] virtual std::optional<std::uint64_t> cursor(std::string_view source) = 0;

    // The ledger's knowledge of the list `file` under any name, or else of `source`; none: it knows neither.
    // An empty `file` matches nothing.
    [[nodiscard]] virtual std::optional<KnownSource> known(std::string_view source,
                                                           [[maybe_unused]] std::string_view file) {
        const auto found = cursor(source);
        return found ? std::optional(KnownSource{std::string(source), found, {}, {}}) : std::nullopt;
    }

    // While there is nothing to commit, checks that committed records are still where they were written.
    // False if there is nothing to check. Throws as commit().
    [[nodiscard]] virtual bool look_after(const KnownLedger&) { return false; }

    // The generation's last commit, if the ledger records it.
    [[nodiscard]] virtual std::optional<LastCommit> last_commit([[maybe_unused]] std::uint64_t generation) {
        return std::nullopt;
    }

    // The ledger's unique id; 0 if it stores nothing.
    [[nodiscard]] virtual std::uint64_t id() { return 0; }
};

}  // namespace pipeline
