// SPDX-License-Identifier: Apache-2.0
// The ledger of the small world (world.hpp): its rows, the bytes that belong to each number, and the commit.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_taker.hpp"
#include "tests/crash/world.hpp"

namespace pipeline::test {

// `rows` has all rows, and changes only by one store, as SQLite makes a transaction visible: whole or not at
// all. Bit n says that number n has a row; above these bits, each number that waits has twelve of its own.
// The cursor may lag, which is harmless, and never leads.
struct WorldLedger {
    std::atomic<std::uint64_t> rows;
    std::atomic<std::uint64_t> cursor;
    std::atomic<std::uint64_t> wrong;        // a cursor that came with another digest than its own
    std::atomic<std::uint64_t> wrong_bytes;  // a number whose id, body or result was not its own

    [[nodiscard]] bool has_waiting() const;
    // As a producer's start and its taker do, in one transaction: ends the leases of rows that are not in the
    // pipeline, and leases one that is due.
    [[nodiscard]] std::optional<GivenAgain> take_due(const std::vector<TakenRow>& in_flight);
    // Says what is wrong at the end; empty: nothing.
    [[nodiscard]] std::string wrong_rows() const;
    // Says which number before the cursor has no row; empty: none.
    [[nodiscard]] std::string lost_before_cursor() const;
};

// The row of a number that fails for now at first.
struct WaitingRow {
    enum State : std::uint64_t { None, Due, Leased, Booked };
    std::uint64_t state = None;
    std::uint64_t round = 0;

    // Which of these numbers it is, counted from 0; none if it does not wait.
    static std::optional<std::uint64_t> slot_of(std::uint64_t number) {
        return number % 6 == 4 ? std::optional(number / 6) : std::nullopt;
    }
    static std::uint64_t number_of(std::uint64_t slot) { return slot * 6 + 4; }
    static WaitingRow in(std::uint64_t rows, std::uint64_t slot) {
        return {rows >> shift(slot) & 3U, rows >> (shift(slot) + 2) & 0x3ffU};
    }
    void store(std::uint64_t& rows, std::uint64_t slot) const {
        rows &= ~(std::uint64_t{0xfff} << shift(slot));
        rows |= (state | (round & 0x3ffU) << 2U) << shift(slot);
    }

  private:
    static std::uint64_t shift(std::uint64_t slot) { return World::kNumbers + 2 + slot * 12; }
};

// The bytes of one number. Of four numbers, the second has an id that needs a span, and the fourth a body.
// Every second number has a result. Four numbers in a row fit into an area, so that a ring and a storage are
// filled at once.
struct Bytes {
    std::string id;
    std::string body;
    ExtraText result;
};

[[nodiscard]] const Bytes& bytes_of(std::uint64_t number);

// The digest of the list's beginning, made up: one byte tells it from the others, and each store makes
// images.
[[nodiscard]] inline Digest digest_before(std::uint64_t position) {
    Digest digest{};
    digest.front() = static_cast<std::uint8_t>(position);
    return digest;
}

class MemoryLedger final : public Ledger {
  public:
    explicit MemoryLedger(WorldLedger& words) : words_(words) {}
    void commit(const RecordRange& records, const CommitContext& context) override;
    std::optional<std::uint64_t> cursor(std::string_view) override { return words_.cursor.load(); }

  private:
    void check_bytes(const Record& record, const ByteAreaView& area) const;

    WorldLedger& words_;
};

}  // namespace pipeline::test
