// SPDX-License-Identifier: Apache-2.0
// The durable end of the pipeline. The flush leader hands it the records that are to become durable,
// together with the source's cursor, and it writes all of them in one transaction or none.
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

// What one transaction says besides its records.
struct CommitContext {
    std::string_view source;              // as in the ledger's `source` columns
    std::optional<std::uint64_t> cursor;  // where the source is to go on after a loss of the segments;
                                          // none: leave what the ledger has
    WallClock clock{};                    // to turn the records' monotonic times into wall-clock times
    std::uint64_t generation = 0;         // of the segments that the records lie in
    std::uint64_t ledger_id = 0;          // as RingArea has it
    LedgerFiles* files = nullptr;         // of the storage; none: nobody remembers them
    // Of a list: the digest of everything before the cursor (list_digest.hpp), and which file it is
    // (FileIdentity::text()). Only together with a cursor; one without them says nothing of what was read.
    std::optional<Digest> digest{};
    std::string_view file{};
    // The source was begun anew at its beginning: the first commit of the generation sets its cursor, which
    // else never goes back.
    bool from_start = false;
};

// How far a source has been read, as the ledger has it.
struct KnownSource {
    std::string source;                   // the name that its rows have
    std::optional<std::uint64_t> cursor;  // where it is to go on
    std::optional<Digest> digest;         // as CommitContext; none: of version 0.1.0, or no list
    std::string file;                     // the same; empty: not known
};

// What the segments say of the ledger that they were written to.
struct KnownLedger {
    std::uint64_t id = 0;  // RingArea::ledger_id
    std::uint64_t generation = 0;
    std::uint64_t durable = 0;  // so many records of the generation are in it
    const LedgerFiles* files = nullptr;
};

// The ledger cannot take the records now (locked by another program, disk full, I/O error) but may later:
// nothing was written, the flush is to be tried again after a while. what() is one line for the log.
class LedgerUnavailable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What lies where the ledger is to be is not what the segments know. what() is half a sentence that begins
// with "it"; nothing was written.
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

    // Writes all records and the cursor durably in one transaction, and that the ledger has this generation's
    // records below the last one's index. `records` begin with the first one that the segments do not call
    // durable. Each record's `outcome` is set before the transaction is committed: its status if it has a row
    // now (or had one already, from the same source and position: the row's status then), Duplicate if its id
    // belongs to another position. Records that a killed caller has committed are left as they are, with
    // their outcomes: the first ones then must be exactly these.
    // Throws LedgerUnavailable (nothing may be called durable; try again) or Failure (cannot work at all).
    virtual void commit(const RecordRange& records, const CommitContext& context) = 0;

    // Where `source` is to go on, if the ledger knows it.
    [[nodiscard]] virtual std::optional<std::uint64_t> cursor(std::string_view source) = 0;

    // What the ledger knows of the list `file` under whatever name, or else of `source`; nothing: neither. An
    // empty `file` is none.
    [[nodiscard]] virtual std::optional<KnownSource> known(std::string_view source,
                                                           [[maybe_unused]] std::string_view file) {
        const auto found = cursor(source);
        return found ? std::optional(KnownSource{std::string(source), found, {}, {}}) : std::nullopt;
    }

    // Looks whether what was committed is still where it was committed to, while there is nothing to commit.
    // False if it has nothing to look at. Throws as commit().
    [[nodiscard]] virtual bool look_after(const KnownLedger&) { return false; }

    // What the ledger has of that generation, if it keeps count.
    [[nodiscard]] virtual std::optional<LastCommit> last_commit([[maybe_unused]] std::uint64_t generation) {
        return std::nullopt;
    }

    // Its own name, by which it differs from all others; 0: it keeps nothing.
    [[nodiscard]] virtual std::uint64_t id() { return 0; }
};

}  // namespace pipeline
