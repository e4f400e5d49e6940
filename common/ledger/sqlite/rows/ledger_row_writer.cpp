// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/ledger_row_writer.hpp"

#include <fmt/format.h>

#include <string>

namespace pipeline {
namespace {

// The parameters of every INSERT: three for the whole statement, then those of each row. insert_at() has the
// row's serial number before those.
constexpr int kSource = 1;
constexpr int kStoredAt = 2;
constexpr int kGeneration = 3;
constexpr int kFirstRow = 4;

// Binds the values of a row, from the parameter `at` on.
struct Binding {
    SqliteStatement& insert;
    int at;
    void value(std::int64_t number) { insert.bind(at++, number); }
    void value(std::string_view text) { insert.bind(at++, text); }
    void null() { insert.bind_null(at++); }
};

int parameters_of(RowForm form) {
    return static_cast<int>(row_columns(form).size());
}

std::string insert_sql(const char* table, RowForm form, std::size_t rows, bool has_serial = false) {
    std::string sql = fmt::format("INSERT INTO {}(source, stored_at, generation, {}{}) VALUES", table,
                                  has_serial ? "serial, " : "", fmt::join(row_columns(form), ", "));
    const int parameters = parameters_of(form) + (has_serial ? 1 : 0);
    for (std::size_t row = 0; row < rows; ++row) {
        sql += fmt::format("{}(?{}, ?{}, ?{}", row == 0 ? "" : ", ", kSource, kStoredAt, kGeneration);
        const int first = kFirstRow + static_cast<int>(row) * parameters;
        for (int parameter = first; parameter < first + parameters; ++parameter)
            sql += fmt::format(", ?{}", parameter);
        sql += ")";
    }
    return sql;
}

constexpr const char* kSkipKnown = " ON CONFLICT(serial >> 15, id) DO NOTHING";

std::string insert_new_sql(RowForm form, std::size_t rows) {
    return insert_sql("invoices", form, rows) + kSkipKnown;
}

// Returns the signed integer with the same bits: SQLite has no unsigned integers.
std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

}  // namespace

LedgerRowWriter::LedgerRowWriter(SqliteConnection& database)
    : database_(&database),
      plain_{{database, insert_new_sql(RowForm::Plain, 1)},
             {database, insert_new_sql(RowForm::Plain, kGroup)}},
      worked_{{database, insert_new_sql(RowForm::Worked, 1)},
              {database, insert_new_sql(RowForm::Worked, kGroup)}},
      insert_full_(database, insert_new_sql(RowForm::Full, 1)),
      insert_at_(database, insert_sql("invoices", RowForm::Full, 1, true) + kSkipKnown),
      insert_history_(database, insert_sql("history", RowForm::Full, 1)) {}

void LedgerRowWriter::begin(const CommitContext& context) {
    values_.begin(context);
    for (auto* insert : {&plain_.one, &plain_.group, &worked_.one, &worked_.group, &insert_full_, &insert_at_,
                         &insert_history_}) {
        insert->bind(kSource, context.source);
        insert->bind(kStoredAt, context.clock.now_us());
        insert->bind(kGeneration, stored(context.generation));
    }
}

std::int64_t LedgerRowWriter::insert_group(const RecordRange& records, std::size_t first, RowForm form) {
    SqliteStatement& insert = (form == RowForm::Plain ? plain_ : worked_).group;
    Binding binding{insert, kFirstRow};
    for (std::size_t i = first; i < first + kGroup; ++i) {
        digests_[(records.first() + i) % kGroup] =
            values_.write(binding, form, records, i, {}, {records.record(i).status});
    }
    insert.run();
    return database_->changes();
}

std::int64_t LedgerRowWriter::insert_one(const RecordRange& records, std::size_t i,
                                         const RowVerdict& verdict) {
    const RowForm form = row_form_of(records.record(i));
    Digest& digest = digests_[(records.first() + i) % kGroup];
    if (form == RowForm::Full) {
        digest = run_full(insert_full_, records, i, {}, verdict);
    } else {
        SqliteStatement& insert = (form == RowForm::Plain ? plain_ : worked_).one;
        Binding binding{insert, kFirstRow};
        digest = values_.write(binding, form, records, i, {}, verdict);
        insert.run();
    }
    return database_->changes();
}

std::int64_t LedgerRowWriter::insert_at(std::int64_t serial, const RecordRange& records, std::size_t i,
                                        const Former& former, const RowVerdict& verdict) {
    Binding binding{insert_at_, kFirstRow};
    binding.value(serial);
    digests_[(records.first() + i) % kGroup] =
        values_.write(binding, RowForm::Full, records, i, former, verdict);
    insert_at_.run();
    return database_->changes();
}

Digest LedgerRowWriter::insert_into_history(const RecordRange& records, std::size_t i, const Former& former,
                                            const RowVerdict& verdict) {
    return run_full(insert_history_, records, i, former, verdict);
}

Digest LedgerRowWriter::run_full(SqliteStatement& insert, const RecordRange& records, std::size_t i,
                                 const Former& former, const RowVerdict& verdict) {
    Binding binding{insert, kFirstRow};
    const Digest digest = values_.write(binding, RowForm::Full, records, i, former, verdict);
    insert.run();
    return digest;
}

}  // namespace pipeline
