// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/world_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace pipeline::test {
namespace {

std::vector<Bytes> all_bytes() {
    std::vector<Bytes> all;
    for (std::uint64_t number = 0; number <= World::kNumbers; ++number) {
        Bytes bytes;
        bytes.id = std::to_string(number);
        if (number % 4 == 2) bytes.id += std::string(kInlineIdBytes + number % 7, '-');
        if (number % 4 == 0) bytes.body = std::string(number * 11 % 41, static_cast<char>('a' + number));
        if (number % 2 == 0)
            bytes.result = {Extra::Result, std::string(number * 5 % 13, static_cast<char>('A' + number))};
        all.push_back(bytes);
    }
    return all;
}

// Made before any process is stepped through.
const std::vector<Bytes> kBytes = all_bytes();

// The rules of docs/ledger.md, as far as they are needed. A leader that is killed before `durable` moves
// gives its records again, and nothing changes then.
void apply(const Record& record, std::uint64_t slot, std::uint64_t& rows) {
    WaitingRow row = WaitingRow::in(rows, slot);
    if (record.status == Status::Waiting) {
        if (row.state == WaitingRow::None) row.state = WaitingRow::Due;
    } else if (record.is_given_again() && record.attempt.round == row.round) {
        row.state = WaitingRow::Booked;
    }
    row.store(rows, slot);
}

}  // namespace

bool WorldLedger::has_waiting() const {
    const std::uint64_t all = rows.load();
    for (std::uint64_t slot = 0; slot < World::kWaiting; ++slot) {
        const std::uint64_t state = WaitingRow::in(all, slot).state;
        if (state == WaitingRow::Due || state == WaitingRow::Leased) return true;
    }
    return false;
}

std::optional<GivenAgain> WorldLedger::take_due(const std::vector<TakenRow>& in_flight) {
    const std::uint64_t before = rows.load();
    std::uint64_t after = before;
    std::optional<GivenAgain> taken;
    for (std::uint64_t slot = 0; slot < World::kWaiting; ++slot) {
        const std::uint64_t number = WaitingRow::number_of(slot);
        WaitingRow row = WaitingRow::in(before, slot);
        const bool is_ours = std::any_of(in_flight.begin(), in_flight.end(), [&](const TakenRow& other) {
            return other.earlier.position == number;
        });
        if (row.state == WaitingRow::Leased && !is_ours) row.state = WaitingRow::Due;
        if (row.state == WaitingRow::Due && !taken) {
            row = {WaitingRow::Leased, row.round + 1};
            taken = GivenAgain{number, 1, static_cast<std::uint32_t>(row.round), 1, 1};
        }
        row.store(after, slot);
    }
    if (after != before) rows.store(after);
    return taken;
}

std::string WorldLedger::wrong_rows() const {
    const std::uint64_t all = ((std::uint64_t{1} << World::kNumbers) - 1) << 1U;
    if ((rows.load() & all) != all) return fmt::format("rows {:x} instead of {:x}: lost", rows.load(), all);
    for (std::uint64_t slot = 0; slot < World::kWaiting; ++slot) {
        if (WaitingRow::in(rows.load(), slot).state != WaitingRow::Booked)
            return fmt::format("number {} is not booked", WaitingRow::number_of(slot));
    }
    if (wrong_bytes.load() != 0) return fmt::format("the bytes of number {} were others", wrong_bytes.load());
    if (wrong.load() != 0) return fmt::format("the cursor {} came with another digest", wrong.load());
    if (cursor.load() != World::kNumbers + 1) return fmt::format("the cursor is {}", cursor.load());
    return {};
}

std::string WorldLedger::lost_before_cursor() const {
    for (std::uint64_t number = 1; number < cursor.load(); ++number) {
        if ((rows.load() >> number & 1U) == 0)
            return fmt::format("the cursor is {}, and number {} has no row", cursor.load(), number);
    }
    return {};
}

const Bytes& bytes_of(std::uint64_t number) {
    return kBytes[number % kBytes.size()];
}

void MemoryLedger::commit(const RecordRange& records, const CommitContext& context) {
    std::uint64_t rows = words_.rows.load();
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Record& record = records.record(i);
        check_bytes(record, records.bytes());
        rows |= std::uint64_t{1} << (record.position & 63U);
        if (const auto slot = WaitingRow::slot_of(record.position)) apply(record, *slot, rows);
    }
    words_.rows.store(rows);
    for (std::size_t i = 0; i < records.size(); ++i)
        records.record(i).outcome = static_cast<Outcome>(records.record(i).status);
    if (!context.cursor) return;
    if (context.digest != digest_before(*context.cursor)) words_.wrong.store(*context.cursor);
    // As the ledger's transaction has it: never back.
    words_.cursor.store(std::max(words_.cursor.load(), *context.cursor));
}

void MemoryLedger::check_bytes(const Record& record, const ByteAreaView& area) const {
    const Bytes& bytes = bytes_of(record.position);
    const std::string_view body = record.status == Status::Waiting ? bytes.body : std::string_view();
    if (record.id_in(area) != bytes.id || record.result_in(area) != bytes.result.text ||
        record.body_in(area) != body)
        words_.wrong_bytes.store(record.position);
}

}  // namespace pipeline::test
