// SPDX-License-Identifier: Apache-2.0
// A ledger whose next row may be put shortly before the end of a slice, so that few rows fill it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "common/ledger/sqlite/ids/id_check.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/seal/seal_check.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/ledger_fixture.hpp"

namespace pipeline::test {

constexpr const char* kFirstSource = "lines:/first";
constexpr const char* kOtherSource = "lines:/other";

class SlicedLedger {
  public:
    // Commits `ids`, in one commit, and returns how many of them got each outcome: "3 booked, 1 duplicate".
    static std::string commit(SqliteLedger& ledger, const std::vector<std::string>& ids,
                              const char* source = kFirstSource) {
        Batch batch;
        std::uint64_t position = 1;
        for (const std::string& id : ids) batch.add(id, position++);
        ledger.commit(batch.range(), context(source));
        int booked = 0;
        int duplicates = 0;
        for (const Outcome outcome : batch.outcomes()) {
            booked += outcome == Outcome::Booked ? 1 : 0;
            duplicates += outcome == Outcome::Duplicate ? 1 : 0;
        }
        return fmt::format("{} booked, {} duplicate", booked, duplicates);
    }
    std::string commit(const std::vector<std::string>& ids, const char* source = kFirstSource) const {
        SqliteLedger ledger(file());
        return commit(ledger, ids, source);
    }
    // Leaves room for `rows` rows in the slice of the last row.
    void leave_room(std::int64_t rows) const {
        change(file(), fmt::format("UPDATE invoices SET serial = (serial / {0} + 1) * {0} - 1 - {1}"
                                   " WHERE serial = (SELECT max(serial) FROM invoices)",
                                   kSliceRows, rows));
    }
    [[nodiscard]] std::string ask(const std::string& sql) const { return pipeline::test::ask(file(), sql); }
    [[nodiscard]] std::string slices() const {
        return ask(
            "SELECT group_concat(slice || ':' || rows, ' ') FROM (SELECT serial >> 15 AS slice,"
            " count(*) AS rows FROM invoices GROUP BY 1 ORDER BY 1)");
    }
    [[nodiscard]] std::string filters() const {
        return ask("SELECT group_concat(slice, ' ') FROM (SELECT slice FROM id_filters ORDER BY slice)");
    }
    // Returns the faults of ids and of the seal, as observer --audit --deep finds them.
    [[nodiscard]] std::vector<std::string> faults() const {
        SqliteConnection database(file(), false, std::chrono::seconds(5));
        auto faults = check_seal(database, 5, std::nullopt).faults;
        check_ids(database, 5, faults);
        return faults;
    }
    [[nodiscard]] std::filesystem::path file() const { return folder_.ledger(); }

  private:
    LedgerFolder folder_;
};

// "x1", "x2", ...
inline std::vector<std::string> ids(const std::string& prefix, int count) {
    std::vector<std::string> all;
    for (int i = 1; i <= count; ++i) all.push_back(prefix + std::to_string(i));
    return all;
}

}  // namespace pipeline::test
