// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "common/ledger/postgresql/seal/pg_seal_check.hpp"
#include "common/ledger/postgresql/seal/pg_self_check.hpp"
#include "common/ledger/row_selection.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {

std::optional<LastCommit> PgReader::last_commit(std::uint64_t generation) {
    const PgResult found = snapshot_->database.run(
        "SELECT recorded, last_first, last_digest FROM generations"
        " WHERE generation = $1",
        PgParameters().add(generation));
    LastCommit last;
    if (found.rows() == 0) return last;
    last.recorded = static_cast<std::uint64_t>(found.integer(0, 0));
    if (!found.is_null(0, 1)) last.first = static_cast<std::uint64_t>(found.integer(0, 1));
    last.digest = found.text(0, 2);
    return last;
}

std::vector<SourceBooks> PgReader::books() {
    PgConnection& database = snapshot_->database;
    std::map<std::string, SourceBooks, std::less<>> found;
    const auto of = [&](std::string_view source) -> SourceBooks& {
        auto at = found.find(source);
        if (at == found.end()) {
            at = found.try_emplace(std::string(source)).first;
            at->second.source = source;
        }
        return at->second;
    };
    const auto number = [](const PgResult& rows, int row, int column) {
        return static_cast<std::uint64_t>(rows.integer(row, column));
    };
    database.send("SELECT source, cursor, decided FROM sources");
    database.send("SELECT source, sum(added)::bigint FROM generations WHERE generation <> $1 GROUP BY source",
                  PgParameters().add(kPeopleGeneration));
    database.send("SELECT source, status, count(*) FROM invoices GROUP BY source, status");
    for (const char* table : {"duplicates", "history", "pruned"})
        database.send(fmt::format("SELECT source, count(*) FROM {} GROUP BY source", table));
    const auto results = database.finish();
    const PgResult& sources = results[0];
    for (int row = 0; row < sources.rows(); ++row) {
        SourceBooks& books = of(sources.text(row, 0));
        if (!sources.is_null(row, 1)) books.cursor = number(sources, row, 1);
        books.acquired += number(sources, row, 2);
    }
    for (int row = 0; row < results[1].rows(); ++row)
        of(results[1].text(row, 0)).acquired += number(results[1], row, 1);
    for (int row = 0; row < results[2].rows(); ++row) {
        SourceBooks& books = of(results[2].text(row, 0));
        const auto status = row_status_of(results[2].text(row, 1)).value_or(RowStatus::Failed);
        (status == RowStatus::Booked     ? books.booked
         : status == RowStatus::Rejected ? books.rejected
         : status == RowStatus::Waiting  ? books.waiting
                                         : books.failed) += number(results[2], row, 2);
    }
    constexpr std::array kCounts{&SourceBooks::duplicates, &SourceBooks::history, &SourceBooks::pruned};
    for (std::size_t i = 0; i < kCounts.size(); ++i) {
        const PgResult& rows = results[3 + i];
        for (int row = 0; row < rows.rows(); ++row) of(rows.text(row, 0)).*kCounts[i] = number(rows, row, 1);
    }

    std::vector<SourceBooks> books;
    books.reserve(found.size());
    for (auto& [name, each] : found) books.push_back(std::move(each));
    return books;
}

SelfCheck PgReader::check_itself(std::size_t most) {
    return check_pg_tables(snapshot_->database, most);
}

SelfCheck PgReader::check_seal(std::size_t most, const std::optional<Digest>& head) {
    return check_pg_seal(snapshot_->database, most, head);
}

void PgReader::for_each_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                 const std::function<void(std::uint64_t)>& take) {
    for_each_position_in(
        "SELECT source, position FROM invoices UNION ALL SELECT source, position FROM duplicates UNION ALL"
        " SELECT source, position FROM pruned WHERE status = 'booked' OR status = 'duplicate'",
        source, first, last, take);
}

void PgReader::for_each_former_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                        const std::function<void(std::uint64_t)>& take) {
    for_each_position_in(
        "SELECT source, position FROM history UNION ALL SELECT source, position FROM pruned"
        " WHERE status <> 'booked' AND status <> 'duplicate'",
        source, first, last, take);
}

void PgReader::for_each_position_in(const char* tables, std::string_view source, std::uint64_t first,
                                    std::uint64_t last, const std::function<void(std::uint64_t)>& take) {
    snapshot_->database.for_each(fmt::format("SELECT position FROM ({}) AS each_row WHERE source = $1 AND"
                                             " position BETWEEN $2 AND $3",
                                             tables),
                                 PgParameters().add(source).add(first).add(last),
                                 [&](const PgResult& rows, int row) {
                                     take(static_cast<std::uint64_t>(rows.integer(row, 0)));
                                     return true;
                                 });
}

void read_pg_ledger(const std::string& url, const std::function<void(LedgerReader&)>& read) {
    read_pg_snapshot(url, [&](PgSnapshot& snapshot) {
        PgReader reader(snapshot);
        read(reader);
    });
}

}  // namespace pipeline
