// SPDX-License-Identifier: Apache-2.0
// A table in the ledger's database that is a source: its rows are invoices that are not recorded yet. A
// producer that takes a row sets the end of a lease, `taken_until`, by the server's clock; a row whose lease
// has ended is free. The transaction that records an invoice removes its row, and nothing else of ours does
// (docs/crash-safety.md, "A row of a table").
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pipeline {

// A row that was taken. `until_us`, microseconds since 1970, is the end of its lease, and tells this lease
// from a later one of somebody else.
struct WorkRow {
    std::uint64_t position = 0;
    std::int64_t until_us = 0;
    std::string id;  // may be unusable (is_usable_id()); one that is too long has another form
    std::optional<std::string> body{};
    bool is_body_too_long = false;  // then it is not here
};

// The functions throw LedgerUnavailable if that may pass: the server is away, or the table is not there.
// After that a row may be taken or not. They throw Failure if somebody must change something: NoInput if the
// table is missing, Configuration if it cannot be used.
class WorkTable {
  public:
    WorkTable() = default;
    WorkTable(const WorkTable&) = delete;
    WorkTable& operator=(const WorkTable&) = delete;
    virtual ~WorkTable() = default;

    // Connects, if there is no connection, and looks whether the table can be used. The other functions work
    // only after that. Call it again when one of them has thrown.
    virtual void open() = 0;

    struct Want {
        std::size_t rows = 1;
        std::uint64_t bytes = 0;     // no more rows once ids and bodies have so many; at least one row
        std::uint64_t body_max = 0;  // the longest body that is wanted
    };
    // Takes free rows, mostly those with the lowest positions. Returns none only if the table has none.
    [[nodiscard]] virtual std::vector<WorkRow> take(const Want& want, std::chrono::microseconds lease) = 0;
    // Prolongs the leases of the rows at these positions, from now on. Passes over rows that are being
    // removed, and over those that are free.
    virtual void extend(std::span<const std::uint64_t> positions, std::chrono::microseconds lease) = 0;
    // Makes rows free that were taken and not used, unless their lease is another one by now.
    virtual void give_back(std::span<const WorkRow> rows) = 0;

    // The numbers of rows, each up to `most`.
    struct Count {
        std::uint64_t free = 0;
        std::uint64_t taken = 0;
    };
    [[nodiscard]] virtual Count count(std::uint64_t most) = 0;
};

}  // namespace pipeline
