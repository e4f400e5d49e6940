// SPDX-License-Identifier: Apache-2.0
// The interface of the ledger, the durable end of the pipeline. The flush leader (flush.hpp) passes records
// to it, with the source's cursor: the position where the source continues. The ledger writes all of them in
// one transaction, or none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/digest.hpp"
#include "common/core/layout.hpp"
#include "common/core/record.hpp"
#include "common/ledger/last_commit.hpp"
#include "common/spec/same_number.hpp"

namespace pipeline {

// A transaction's data besides its records.
struct CommitContext {
    std::string_view source;  // the source's name, as in the ledger's `source` columns
    // The position where the source continues if the segments are lost; none: keep the ledger's cursor.
    std::optional<std::uint64_t> cursor;
    WallClock clock{};             // converts the records' monotonic times to wall-clock times
    std::uint64_t generation = 0;  // generation of the segments that hold the records
    std::uint64_t ledger_id = 0;   // RingArea::ledger_id
    LedgerFiles* files = nullptr;  // commit() writes the identities of the ledger's files here; may be null
    // For a list: the digest of all bytes before the cursor (list_digest.hpp), and the identity of the list's
    // file (FileIdentity::text()). Both are set only together with a cursor: they identify the bytes that
    // were read up to the cursor.
    std::optional<Digest> digest{};
    std::string_view file{};
    // True if this generation restarted the source at its beginning. The generation's first commit then moves
    // the cursor back, which no other commit does.
    bool from_start = false;
    // The outcome of an invoice that repeats one that is booked under another id.
    SameNumber same_number = SameNumber::Mark;
    // commit() calls this function, if it is set, after its last read of a record and before the records are
    // committed. If the function throws, commit() commits nothing and passes the exception on.
    std::function<void()> check_records{};
};

// The ledger's entry for one source: how far the source has been read.
struct KnownSource {
    std::string source;                   // the source's name in the ledger's rows
    std::optional<std::uint64_t> cursor;  // the position where the source continues
    std::optional<Digest> digest;  // as in CommitContext; none: not a list, or written by version 0.1.0
    std::string file;              // as in CommitContext; empty: unknown
};

// The facts in the segments by which a process recognises the ledger that they belong to.
struct KnownLedger {
    std::uint64_t id = 0;  // RingArea::ledger_id
    std::uint64_t generation = 0;
    std::uint64_t durable = 0;     // the number of the generation's records that the ledger must have
    LedgerFiles* files = nullptr;  // a process that opens the ledger updates `files->log`; null: unknown
};

// The ledger cannot take the records now (another program has locked it, the disk is full, I/O error), but
// may do so later. The caller must call no record durable, and retry the flush after a while. what() is one
// line for the log.
class LedgerUnavailable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The file at the ledger's path is not the ledger that the segments know. Nothing was written. what() is half
// a sentence about that file.
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
    // has this generation's records. `records` must begin with the first record that the segments do not call
    // durable. A killed leader may have committed some of these records already: they must then be the first
    // of `records`, and commit() does not touch them. Before the commit, sets the `outcome` of every other
    // record. If the id is new, the outcome is the record's status. If the id has a row of the same source
    // and position, it is that row's status. If the id has any other row, it is Duplicate. Throws
    // LedgerUnavailable (call no record durable; retry) or Failure (this ledger cannot work at all).
    virtual void commit(const RecordRange& records, const CommitContext& context) = 0;

    // Returns the position where `source` continues, if the ledger knows it.
    [[nodiscard]] virtual std::optional<std::uint64_t> cursor(std::string_view source) = 0;

    // Returns the ledger's entry for the list whose identity is `file`, even if that entry is under another
    // source's name with the same first word (one file as lines: and as lines0: is two sources). If there is
    // none, returns the entry for `source`, or none. An empty `file` matches no list.
    [[nodiscard]] virtual std::optional<KnownSource> known(std::string_view source,
                                                           [[maybe_unused]] std::string_view file) {
        const auto found = cursor(source);
        return found ? std::optional(KnownSource{std::string(source), found, {}, {}}) : std::nullopt;
    }

    // Call it while there is nothing to commit. Checks that the committed records are still where they were
    // written. Returns false if there is nothing to check. Throws as commit() does.
    [[nodiscard]] virtual bool look_after(const KnownLedger&) { return false; }

    // Another process commits now. A ledger that costs a connection may give it back.
    virtual void leave_to_others() noexcept {}

    // Returns the generation's last commit, if this kind of ledger records it.
    [[nodiscard]] virtual std::optional<LastCommit> last_commit([[maybe_unused]] std::uint64_t generation) {
        return std::nullopt;
    }

    // Returns the ledger's unique id; 0 if the ledger stores nothing.
    [[nodiscard]] virtual std::uint64_t id() { return 0; }
};

}  // namespace pipeline
