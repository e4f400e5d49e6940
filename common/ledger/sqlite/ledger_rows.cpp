// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/ledger/ledger_id.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// The number of rows that one INSERT writes if the records have no details. Such an INSERT is 1.3 times as
// fast as one INSERT for each row; more rows gain nothing.
constexpr std::size_t kGroup = 32;

// The parameters of every INSERT into invoices: three for the whole statement, then seven for each row.
constexpr int kSource = 1;
constexpr int kStoredAt = 2;
constexpr int kGeneration = 3;
constexpr int kFirstRow = 4;
constexpr int kRowParameters = 7;
constexpr int kFirstDetail = kFirstRow + kRowParameters;

std::string insert_sql(std::size_t rows, bool details) {
    std::string sql =
        "INSERT INTO invoices(source, stored_at, generation, id, position, status, attempts, consumer,"
        " acquired_at, record";
    if (details) sql += insert_columns_sql() + ", result, output";
    sql += ") VALUES";
    const int parameters = kRowParameters + (details ? static_cast<int>(kDetailColumns.size()) + 2 : 0);
    for (std::size_t row = 0; row < rows; ++row) {
        sql += fmt::format("{}(?{}, ?{}, ?{}", row == 0 ? "" : ", ", kSource, kStoredAt, kGeneration);
        const int first = kFirstRow + static_cast<int>(row) * kRowParameters;
        for (int parameter = first; parameter < first + parameters; ++parameter)
            sql += fmt::format(", ?{}", parameter);
        sql += ")";
    }
    return sql + " ON CONFLICT(id) DO NOTHING";
}

Outcome parse_outcome(std::string_view status) noexcept {
    for (const auto outcome : {Outcome::Booked, Outcome::Rejected}) {
        if (status == to_text(outcome)) return outcome;
    }
    return Outcome::Failed;
}

// Returns the signed integer with the same bits: SQLite has no unsigned integers.
std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

// True if the record's row has more than the columns of every row.
bool is_detailed(const Record& record) noexcept {
    return record.has_details != 0 || record.has_extra();
}

// True if no row under another form of the record's id (former_ids()) needs to be looked for.
bool has_one_form(const Record& record, std::string_view id) noexcept {
    return record.position != 0 && id.size() <= kInlineIdBytes && is_plain_id(id);
}

}  // namespace

LedgerRows::LedgerRows(SqliteConnection& database)
    : database_(&database),
      insert_group_(database, insert_sql(kGroup, false)),
      insert_one_(database, insert_sql(1, false)),
      insert_detailed_(database, insert_sql(1, true)),
      find_(database, "SELECT source, position, status FROM invoices WHERE id = ?1"),
      find_duplicate_(database, "SELECT 1 FROM duplicates WHERE source = ?1 AND position = ?2 AND id = ?3"),
      insert_duplicate_(database,
                        "INSERT INTO duplicates(source, position, id, seen_at, generation, record)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                        " ON CONFLICT(source, position, id) DO NOTHING") {}

std::int64_t LedgerRows::insert(const RecordRange& records, std::size_t first, const CommitContext& context) {
    added_ = 0;
    for (auto* insert : {&insert_group_, &insert_one_, &insert_detailed_}) {
        insert->bind(kSource, context.source);
        insert->bind(kStoredAt, context.clock.now_us());
        insert->bind(kGeneration, stored(context.generation));
    }
    std::size_t plain_end = 0;  // records [done, plain_end) have no details, and ids of one form
    for (std::size_t done = first; done < records.size();) {
        plain_end = std::max(plain_end, done);
        while (plain_end < records.size() && plain_end < done + kGroup &&
               !is_detailed(records.record(plain_end)) &&
               has_one_form(records.record(plain_end), records.id(plain_end))) {
            ++plain_end;
        }
        if (plain_end == done && !has_one_form(records.record(done), records.id(done))) {
            if (const auto known = find_former(records, done, context)) {
                records.record(done++).outcome = *known;
                continue;
            }
        }
        const std::size_t count = plain_end - done == kGroup ? kGroup : 1;
        const std::int64_t inserted =
            count == kGroup ? insert_group(records, done, context) : insert_one(records, done, context);
        added_ += inserted;
        // If the INSERT skipped a record whose id has a row already, look up all records of the group: the
        // row of its id tells whether a record is a duplicate. A record that was inserted finds its own row.
        const bool all_new = inserted == static_cast<std::int64_t>(count);
        for (const std::size_t end = done + count; done < end; ++done) {
            Record& record = records.record(done);
            const Outcome outcome =
                all_new ? static_cast<Outcome>(record.status) : find_outcome(records, done, context);
            // Storage::save() has set the usual outcome already. Writing the same value again would take the
            // cache line away from the CPU of the consumer that saved the record.
            if (record.outcome != outcome) record.outcome = outcome;
        }
    }
    return added_;
}

std::int64_t LedgerRows::insert_group(const RecordRange& records, std::size_t first,
                                      const CommitContext& context) {
    for (std::size_t row = 0; row < kGroup; ++row) {
        bind_row(insert_group_, row, records, first + row, context);
    }
    insert_group_.run();
    return database_->changes();
}

std::int64_t LedgerRows::insert_one(const RecordRange& records, std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    SqliteStatement& insert = is_detailed(record) ? insert_detailed_ : insert_one_;
    bind_row(insert, 0, records, i, context);
    if (is_detailed(record)) {
        bind_details(record.has_details != 0 ? &records.details(i) : nullptr);
        bind_extra(record, records.bytes());
    }
    insert.run();
    return database_->changes();
}

void LedgerRows::bind_row(SqliteStatement& insert, std::size_t row, const RecordRange& records, std::size_t i,
                          const CommitContext& context) {
    const Record& record = records.record(i);
    const int first = kFirstRow + static_cast<int>(row) * kRowParameters;
    insert.bind(first, stored_form(records.id(i)));
    insert.bind(first + 1, stored(record.position));
    insert.bind(first + 2, to_text(record.status));
    insert.bind(first + 3, record.attempts);
    insert.bind(first + 4, record.place);
    insert.bind(first + 5, context.clock.at_us(record.acquired_ns));
    insert.bind(first + 6, stored(records.first() + i));
}

// Binds the details; NULL to all their columns if `details` is null.
void LedgerRows::bind_details(const Details* details) {
    int parameter = kFirstDetail;
    for (std::size_t i = 0; i < kDetailColumns.size(); ++i, ++parameter) {
        const DetailField& field = kDetailColumns[i].field;
        if (details != nullptr && field.kind != DetailField::Kind::Amount) {
            insert_detailed_.bind_or_null(parameter, readable_utf8((details->*field.get_text)(), copies_[i]));
        } else if (details != nullptr && details->has(field.amount)) {
            insert_detailed_.bind(parameter, details->amounts[field.amount]);
        } else {
            insert_detailed_.bind_null(parameter);
        }
    }
}

// Binds the program's result and its output. Both are texts: if an output is not UTF-8, its odd bytes are
// escaped, as safe_lines() does.
void LedgerRows::bind_extra(const Record& record, const ByteAreaView& bytes) {
    constexpr int kResult = kFirstDetail + static_cast<int>(kDetailColumns.size());
    const std::string_view result = record.result_in(bytes);
    const std::string_view output = record.output_in(bytes);
    if (result.data() == nullptr) {
        insert_detailed_.bind_null(kResult);
    } else {
        insert_detailed_.bind(kResult, result);
    }
    if (output.data() == nullptr) {
        insert_detailed_.bind_null(kResult + 1);
    } else {
        if (!is_readable_utf8(output)) shown_output_ = safe_lines(output);
        insert_detailed_.bind(kResult + 1, is_readable_utf8(output) ? output : shown_output_);
    }
}

// Returns the id as the ledger stores it (ledger_id.hpp), valid until the next call with an id that is not
// plain.
std::string_view LedgerRows::stored_form(std::string_view id) {
    if (is_plain_id(id)) return id;
    shown_id_ = printable(id);
    return shown_id_;
}

// Returns the outcome of a record that version 0.1.0 has recorded under another form of its id; none if it
// has not. If that version has recorded the id from another position, adds the record to the table
// duplicates.
std::optional<Outcome> LedgerRows::find_former(const RecordRange& records, std::size_t i,
                                               const CommitContext& context) {
    const Record& record = records.record(i);
    for (const FormerId& former : former_ids(records.id(i), record.position)) {
        find_duplicate_.bind(1, context.source);
        find_duplicate_.bind(2, stored(record.position));
        find_duplicate_.bind(3, former.text);
        const bool was_duplicate = find_duplicate_.first_row();
        find_duplicate_.finish();
        if (was_duplicate) return Outcome::Duplicate;
        find_.bind(1, former.text);
        if (!find_.first_row()) continue;
        const bool same = find_.text(0) == context.source && find_.integer(1) == stored(record.position);
        const Outcome outcome = same ? parse_outcome(find_.text(2)) : Outcome::Duplicate;
        find_.finish();
        if (same) return outcome;
        if (!former.is_certain) continue;
        add_duplicate(records, i, context);
        return outcome;
    }
    return std::nullopt;
}

// Returns the outcome of record `i`, whose id has a row already. If that row is of another position, adds the
// record to the table duplicates.
Outcome LedgerRows::find_outcome(const RecordRange& records, std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    find_.bind(1, stored_form(records.id(i)));
    if (!find_.first_row()) {
        throw SqliteError(Kind::Damaged, "the index of invoices does not match its rows");
    }
    const bool same = find_.text(0) == context.source && find_.integer(1) == stored(record.position);
    const Outcome outcome = same ? parse_outcome(find_.text(2)) : Outcome::Duplicate;
    find_.finish();
    if (outcome == Outcome::Duplicate) add_duplicate(records, i, context);
    return outcome;
}

// Adds a row to the table duplicates. If that row exists already, the source has delivered the duplicate
// again, and nothing is added.
void LedgerRows::add_duplicate(const RecordRange& records, std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    insert_duplicate_.bind(1, context.source);
    insert_duplicate_.bind(2, stored(record.position));
    insert_duplicate_.bind(3, stored_form(records.id(i)));
    insert_duplicate_.bind(4, context.clock.now_us());
    insert_duplicate_.bind(5, stored(context.generation));
    insert_duplicate_.bind(6, stored(records.first() + i));
    insert_duplicate_.run();
    added_ += database_->changes();
}

}  // namespace pipeline
