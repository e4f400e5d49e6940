// SPDX-License-Identifier: Apache-2.0
// A read-only snapshot of a ledger, for the audit. The audit can take one while the pipeline runs or hangs,
// is dead or has finished. The reader writes, creates and repairs nothing, and blocks no writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/last_commit.hpp"

namespace pipeline {

// For one source: the ledger's own count of the source's rows, and the numbers of rows that are really there.
struct SourceBooks {
    std::string source;
    std::optional<std::uint64_t> cursor;
    std::uint64_t acquired = 0;  // the ledger's own count of the source's rows
    std::uint64_t booked = 0;    // rows in the table invoices, as are the next two
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
    std::uint64_t waiting = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t history = 0;  // outcomes that were replaced
    std::uint64_t pruned = 0;   // what is left of rows that people have removed
    [[nodiscard]] std::uint64_t rows() const noexcept {
        return booked + rejected + failed + waiting + duplicates + history + pruned;
    }
};

// The result of a check of the ledger's files.
struct SelfCheck {
    std::vector<std::string> faults;  // half a sentence each
    std::string proof;                // if there are no faults: says what was checked
};

// Reads one snapshot. Every function may throw the exception of its kind of ledger (SqliteError for SQLite).
// read_ledger() catches it, and then retries or throws a Failure.
class LedgerReader {
  public:
    LedgerReader() = default;
    LedgerReader(const LedgerReader&) = delete;
    LedgerReader& operator=(const LedgerReader&) = delete;
    virtual ~LedgerReader() = default;

    // Returns the generation's last commit in the snapshot; none if the ledger's version does not record it.
    [[nodiscard]] virtual std::optional<LastCommit> last_commit(std::uint64_t generation) = 0;
    // Returns the ledger's id; 0 if its version has none.
    [[nodiscard]] virtual std::uint64_t id() = 0;
    // Returns all sources in order of name, including those that have rows but no count. Reads every row of
    // the table invoices.
    [[nodiscard]] virtual std::vector<SourceBooks> books() = 0;
    // Checks the whole ledger; returns at most `most` faults.
    [[nodiscard]] virtual SelfCheck check_itself(std::size_t most) = 0;
    // Checks that nobody has changed what was committed; returns at most `most` faults. With `head`, also
    // that the ledger has the commit with this head. A version without chains has nothing to check but the
    // head.
    [[nodiscard]] virtual SelfCheck check_seal(std::size_t most, const std::optional<Digest>& head) = 0;
    // Calls `take` with the position of each invoice and duplicate of `source` within [first, last], in any
    // order. Both bounds are below 2^63.
    virtual void for_each_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                   const std::function<void(std::uint64_t)>& take) = 0;
    // The same for the outcomes that were replaced or, if they were not booked, pruned; one position may come
    // several times.
    virtual void for_each_former_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                          const std::function<void(std::uint64_t)>& take) = 0;
};

}  // namespace pipeline
