// SPDX-License-Identifier: Apache-2.0
// Asks the ledger what it knows of invoices. A spool that starts asks about each of its files, to learn which
// ones are done. A consumer asks which ids are booked, before it runs a program for them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/core/result.hpp"
#include "common/ledger/ledger.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

class LedgerLookup {
  public:
    struct Answer {
        Outcome outcome;
        // True if version 0.1.0 wrote the row, with only the file's inode as the position. The row is not
        // that of an earlier file with the same inode, because its invoice was acquired after this file was
        // created.
        bool by_inode = false;
        std::int64_t stored_us = 0;  // when the row was written, in microseconds since 1970, UTC
    };

    LedgerLookup() = default;
    LedgerLookup(const LedgerLookup&) = delete;
    LedgerLookup& operator=(const LedgerLookup&) = delete;
    virtual ~LedgerLookup() = default;

    // False if the ledger stores nothing.
    [[nodiscard]] virtual bool remembers() const noexcept = 0;
    // False if the ledger has no row from the source: find() would then always return none. Throws
    // LedgerUnavailable, as find() does.
    [[nodiscard]] virtual bool knows_source() = 0;
    // Returns the outcome of the invoice `id` from the file `file`; none if the ledger has no such row, or if
    // the id belongs to another file.
    [[nodiscard]] virtual std::optional<Answer> find(std::string_view id, const FileIdentity& file) = 0;
    // Sets booked[i] for each id: true if an invoice of that id is booked, from whatever source. Reads one
    // snapshot. Throws LedgerUnavailable.
    virtual void find_booked(std::span<const std::string_view> ids, std::span<bool> booked) = 0;
    // The same for invoices that their source may give again: known[i] is also true if the row of that id has
    // this source and positions[i], whatever its status is. kNoPosition: that of no row.
    static constexpr std::uint64_t kNoPosition = UINT64_MAX;
    virtual void find_known(std::span<const std::string_view> ids,
                            std::span<const std::uint64_t> /*positions*/, std::span<bool> known) {
        find_booked(ids, known);
    }
    // Closes the ledger until the next question.
    virtual void close() noexcept = 0;
};

// The lookup in a ledger that stores nothing.
class NoLookup final : public LedgerLookup {
  public:
    [[nodiscard]] bool remembers() const noexcept override { return false; }
    [[nodiscard]] bool knows_source() override { return false; }
    [[nodiscard]] std::optional<Answer> find(std::string_view /*id*/, const FileIdentity& /*file*/) override {
        return std::nullopt;
    }
    void find_booked(std::span<const std::string_view> ids, std::span<bool> booked) override {
        std::fill_n(booked.begin(), ids.size(), false);
    }
    void close() noexcept override {}
};

}  // namespace pipeline
