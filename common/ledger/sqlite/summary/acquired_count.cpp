// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/summary/acquired_count.hpp"

#include "common/ledger/sqlite/summary/patient_reading.hpp"

namespace pipeline {

std::optional<std::uint64_t> read_acquired_count(const std::filesystem::path& path, std::string_view source,
                                                 std::chrono::milliseconds patience) {
    std::optional<std::uint64_t> count;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const bool is_read = read_patiently(path, deadline, [&](SqliteConnection& database) {
        SqliteStatement row(database,
                            "SELECT acquired - (SELECT count(*) FROM history WHERE history.source = ?1)"
                            " - (SELECT count(*) FROM pruned WHERE pruned.source = ?1 AND"
                            " pruned.status = 'replaced')"
                            " FROM sources WHERE source = ?1");
        row.bind(1, source);
        count.reset();
        if (!row.first_row()) return;
        count = static_cast<std::uint64_t>(row.integer(0));
        row.finish();
    });
    return is_read ? count : std::nullopt;
}

std::optional<std::uint64_t> read_waiting_count(const std::filesystem::path& path, std::string_view source,
                                                std::uint64_t most, std::chrono::milliseconds patience) {
    std::uint64_t count = 0;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const bool is_read = read_patiently(path, deadline, [&](SqliteConnection& database) {
        database.limit_time(deadline);
        SqliteStatement row(database,
                            "SELECT count(*) FROM (SELECT 1 FROM invoices INDEXED BY invoices_not_booked"
                            " WHERE status = 'waiting' AND source = ?1 LIMIT ?2)");
        row.bind(1, source);
        row.bind(2, static_cast<std::int64_t>(most));
        static_cast<void>(row.first_row());  // it has one row
        count = static_cast<std::uint64_t>(row.integer(0));
        row.finish();
    });
    return is_read ? std::optional(count) : std::nullopt;
}

}  // namespace pipeline
