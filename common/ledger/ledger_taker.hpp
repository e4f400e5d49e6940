// SPDX-License-Identifier: Apache-2.0
// Takes from the ledger the invoices that must be given again: those whose `due_at` has come. That is a
// waiting invoice, or one that a user has asked for (clerk retry).
//
// To take a row is a transaction of its own: it raises the row's `round` and puts off `due_at` to the end of
// a lease. The taker of a row must renew the lease while the invoice is under way. If the taker is killed,
// the row is due again when the lease ends. A result is applied to the row only if it is of the row's present
// round (or booked), so a row that is taken twice gets one outcome.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/core/attempt.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {

struct TakenRow {
    std::string id;            // the source's own bytes
    bool id_unusable = false;  // the id is a safe one (Item::set_safe_id())
    GivenAgain earlier;
    std::optional<std::string> body{};  // that the ledger has kept; none: the invoice has none
    bool is_body_lost = false;          // the invoice has a body, and the ledger does not have it
};

// A due row, as a ledger has it.
struct DueRow {
    std::string_view id;  // as it is stored
    std::uint64_t position = 0;
    std::int64_t round = 0;
    std::int64_t attempts = 0;
    std::string_view status;
    std::int64_t failures = 0;
    std::int64_t first_failed_us = 0;  // 0: NULL
    std::string_view reason;
};

// Returns the row as its taker gives it again, in the next round. `body` is the one that the ledger has kept.
[[nodiscard]] TakenRow taken_row(const DueRow& row, std::optional<std::string> body);

// Throws LedgerUnavailable if the ledger cannot be used now.
class LedgerTaker {
  public:
    static constexpr std::uint64_t kBodiesAtOnce = std::uint64_t{4} << 20U;
    LedgerTaker() = default;
    LedgerTaker(const LedgerTaker&) = delete;
    LedgerTaker& operator=(const LedgerTaker&) = delete;
    virtual ~LedgerTaker() = default;

    // Takes at most `most` due rows, the longest due first, and no more once their bodies have kBodiesAtOnce
    // bytes together. A due row that is leased and whose id is in `in_flight`, which this pipeline has taken
    // already, is not taken: its lease is extended. (A row without a lease has got an outcome meanwhile.)
    [[nodiscard]] virtual std::vector<TakenRow> take(std::size_t most, std::chrono::microseconds lease,
                                                     const std::unordered_set<std::string>& in_flight) = 0;
    // Takes the waiting row whose last attempt is the longest ago, whether it is due or not; none if there is
    // none without a lease. It is for a source that is held: one invoice at a time shows whether the world is
    // well again.
    [[nodiscard]] virtual std::vector<TakenRow> take_for_a_try(std::chrono::microseconds lease) = 0;
    // Extends the leases of rows that this pipeline has taken.
    virtual void renew(std::span<const TakenRow> rows, std::chrono::microseconds lease) = 0;
    // Makes rows due after `delay`: they were taken, and were not given.
    virtual void give_back(std::span<const TakenRow> rows, std::chrono::microseconds delay) = 0;
    // Makes all leased rows of the source due, except those of the ids `in_flight`. Only for a source that
    // one pipeline uses at a time: the leases are those of a taker that is dead.
    virtual void end_leases(const std::unordered_set<std::string>& in_flight) = 0;
    // Returns how long until the next row is due (zero: one is due now), leased rows included; none if no row
    // will be due.
    [[nodiscard]] virtual std::optional<std::chrono::microseconds> until_next() = 0;
    // Returns a descriptor that is readable once somebody may have written the ledger since the last call of
    // forget_changes(); -1: nobody can tell. Other functions may exchange it.
    [[nodiscard]] virtual int changes() const noexcept { return -1; }
    virtual void forget_changes() noexcept {}
};

// The rows that a pipeline may take.
struct TakerScope {
    std::string source;
    // Set: only waiting rows of this generation. It is meant for standard input, which another pipeline may
    // use with another program.
    std::optional<std::uint64_t> generation{};
};

}  // namespace pipeline
