// SPDX-License-Identifier: Apache-2.0
// The durable end of the pipeline. The flush leader hands it the records that are to become durable,
// together with the source's cursor, and it writes all of them in one transaction or none.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/clock.hpp"
#include "common/layout.hpp"
#include "common/specs.hpp"

namespace pipeline {

// Records [first, first + size) of the storage segment, whatever way round they lie in it.
class RecordRange {
  public:
    RecordRange(Record* records, Details* details, std::uint32_t capacity, std::uint64_t first,
                std::size_t size) noexcept
        : records_(records), details_(details), capacity_(capacity), first_(first), size_(size) {}

    // The index of record(0), counted since the segments were created.
    [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // The index after the last record's.
    [[nodiscard]] std::uint64_t end() const noexcept { return first_ + size_; }
    // i counts from 0.
    [[nodiscard]] Record& record(std::size_t i) const noexcept { return records_[(first_ + i) % capacity_]; }
    // All of them in order, in the one or two pieces in which they lie: dividing by the capacity for each
    // record costs more than reading it.
    [[nodiscard]] std::array<std::span<Record>, 2> pieces() const noexcept {
        const std::size_t at = first_ % capacity_;
        const std::size_t before_end = std::min<std::size_t>(size_, capacity_ - at);
        return {std::span(records_ + at, before_end), std::span(records_, size_ - before_end)};
    }
    // Only for a record that has_details.
    [[nodiscard]] const Details& details(std::size_t i) const noexcept {
        return details_[(first_ + i) % capacity_];
    }

  private:
    Record* records_;
    Details* details_;
    std::uint32_t capacity_;
    std::uint64_t first_;
    std::size_t size_;
};

// What one transaction says besides its records.
struct CommitContext {
    std::string_view source;              // as in the ledger's `source` columns
    std::optional<std::uint64_t> cursor;  // where the source is to go on after a loss of the segments;
                                          // none: leave what the ledger has
    WallClock clock{};                    // to turn the records' monotonic times into wall-clock times
    std::uint64_t generation = 0;         // of the segments that the records lie in
};

// The ledger cannot take the records now (locked by another program, disk full, I/O error) but may later:
// nothing was written, the flush is to be tried again after a while. what() is one line for the log.
class LedgerUnavailable : public std::runtime_error {
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
    // records below the last one's index; then sets each record's `outcome`:
    // its status if it has a row now (or had one already, from the same source and position: the row's
    // status then), Duplicate if its id belongs to another position. Calling it again with the same
    // records after a kill at any moment changes nothing and gives the same outcomes.
    // Throws LedgerUnavailable (try again) or Failure (cannot work at all).
    virtual void commit(const RecordRange& records, const CommitContext& context) = 0;

    // Where `source` is to go on, if the ledger knows it.
    [[nodiscard]] virtual std::optional<std::uint64_t> cursor(std::string_view source) = 0;

    // How many records of that generation the ledger has, if it keeps count: never fewer than the segments
    // call durable, unless it is not the file that they were written to.
    [[nodiscard]] virtual std::optional<std::uint64_t> recorded([[maybe_unused]] std::uint64_t generation) {
        return std::nullopt;
    }
};

// Opens the ledger that `spec` names, creating it with its schema if it is not there yet. Throws Failure:
// CannotCreate when it cannot be opened, created or written; Configuration when the file is not a ledger
// or was written by a newer version.
[[nodiscard]] std::unique_ptr<Ledger> open_ledger(const LedgerSpec& spec);

// The same ledger for a process that shares it with the one that has opened it: the first use opens it, and
// never creates it. What opening fails for is then what a commit fails for: while it is locked, full, moved
// away, results wait.
[[nodiscard]] std::unique_ptr<Ledger> share_ledger(const LedgerSpec& spec);

}  // namespace pipeline
