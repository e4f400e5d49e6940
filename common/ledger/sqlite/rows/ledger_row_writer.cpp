// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/ledger_row_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/ledger_id.hpp"
#include "common/ledger/sqlite/seal/sealed_columns.hpp"

namespace pipeline {
namespace {

using Form = LedgerRowWriter::Form;

// The parameters of every INSERT: three for the whole statement, then those of each row.
constexpr int kSource = 1;
constexpr int kStoredAt = 2;
constexpr int kGeneration = 3;
constexpr int kFirstRow = 4;
constexpr int kPlainParameters = 7;
constexpr int kWorkedParameters = 3;
constexpr int kFirstDetail = kFirstRow + kPlainParameters + kWorkedParameters;
constexpr int kFirstTerm = kFirstDetail + static_cast<int>(kDetailColumns.size());
constexpr int kRepeats = kFirstTerm + static_cast<int>(kTerms);
constexpr int kResult = kRepeats + 1;
constexpr int kWaiting = kResult + 2;
constexpr int kWaitingParameters = 4;

int parameters_of(Form form) noexcept {
    switch (form) {
        case Form::Plain:
            return kPlainParameters;
        case Form::Worked:
            return kPlainParameters + kWorkedParameters;
        case Form::Full:
            break;
    }
    return kWaiting - kFirstRow + kWaitingParameters;
}

std::string insert_sql(const char* table, Form form, std::size_t rows) {
    std::string sql = fmt::format(
        "INSERT INTO {}(source, stored_at, generation, id, position, status, attempts, consumer, acquired_at,"
        " record",
        table);
    if (form != Form::Plain) sql += ", started_at, worked_us, exit_status";
    if (form == Form::Full)
        sql += insert_columns_sql() + ", repeats, result, output, round, due_at, failures, first_failed_at";
    sql += ") VALUES";
    const int parameters = parameters_of(form);
    for (std::size_t row = 0; row < rows; ++row) {
        sql += fmt::format("{}(?{}, ?{}, ?{}", row == 0 ? "" : ", ", kSource, kStoredAt, kGeneration);
        const int first = kFirstRow + static_cast<int>(row) * parameters;
        for (int parameter = first; parameter < first + parameters; ++parameter)
            sql += fmt::format(", ?{}", parameter);
        sql += ")";
    }
    return sql;
}

std::string insert_new_sql(Form form, std::size_t rows) {
    return insert_sql("invoices", form, rows) + " ON CONFLICT(id) DO NOTHING";
}

// Returns the signed integer with the same bits: SQLite has no unsigned integers.
std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

constexpr std::uint8_t tag_of(std::string_view name) noexcept {
    const auto* const at = std::find(kSealedColumns.begin(), kSealedColumns.end(), name);
    return at == kSealedColumns.end() ? std::uint8_t{0}
                                      : static_cast<std::uint8_t>(at - kSealedColumns.begin() + 1);
}

// The tags of the columns of details, and of terms, in their order.
constexpr std::array<std::uint8_t, kDetailColumns.size()> kDetailTags = [] {
    std::array<std::uint8_t, kDetailColumns.size()> tags{};
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = tag_of(kDetailColumns[i].field.name);
    return tags;
}();
constexpr std::array<std::uint8_t, kTerms> kTermTags = [] {
    std::array<std::uint8_t, kTerms> tags{};
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = tag_of(kTermNames[i]);
    return tags;
}();
static_assert(kDetailTags.front() != 0 && std::is_sorted(kDetailTags.begin(), kDetailTags.end()) &&
                  kDetailTags.back() < kTermTags.front() &&
                  std::is_sorted(kTermTags.begin(), kTermTags.end()) &&
                  kTermTags.back() < sealed_tag("repeats") && sealed_tag("repeats") < sealed_tag("result"),
              "each of them is sealed, and bound in the order of the tags");

}  // namespace

LedgerRowWriter::LedgerRowWriter(SqliteConnection& database)
    : database_(&database),
      plain_{{database, insert_new_sql(Form::Plain, 1)}, {database, insert_new_sql(Form::Plain, kGroup)}},
      worked_{{database, insert_new_sql(Form::Worked, 1)}, {database, insert_new_sql(Form::Worked, kGroup)}},
      insert_full_(database, insert_new_sql(Form::Full, 1)),
      insert_history_(database, insert_sql("history", Form::Full, 1)) {}

LedgerRowWriter::Form LedgerRowWriter::form_of(const Record& record) noexcept {
    if (record.has_details() || record.has_extra()) return Form::Full;
    if (!record.has_attempt()) return Form::Plain;
    const Attempt& attempt = record.attempt;
    const bool is_first = !attempt.is_given_again() && attempt.failures == 0 && attempt.first_failed_us == 0;
    return is_first && record.status != Status::Waiting ? Form::Worked : Form::Full;
}

void LedgerRowWriter::begin(const CommitContext& context) {
    clock_ = context.clock;
    for (auto* insert :
         {&plain_.one, &plain_.group, &worked_.one, &worked_.group, &insert_full_, &insert_history_}) {
        insert->bind(kSource, context.source);
        insert->bind(kStoredAt, context.clock.now_us());
        insert->bind(kGeneration, stored(context.generation));
    }
    sealed_.clear();
    sealed_.add(sealed_tag("source"), context.source);
    sealed_.add(sealed_tag("stored_at"), context.clock.now_us());
    sealed_.add(sealed_tag("generation"), stored(context.generation));
    sealed_.keep();
}

std::int64_t LedgerRowWriter::insert_group(const RecordRange& records, std::size_t first, Form form) {
    SqliteStatement& insert = (form == Form::Plain ? plain_ : worked_).group;
    for (std::size_t row = 0; row < kGroup; ++row) {
        bind_row(insert, row, form, records, first + row, {}, records.record(first + row).status);
        digests_[(records.first() + first + row) % kGroup] = sealed_.finish();
    }
    insert.run();
    return database_->changes();
}

std::int64_t LedgerRowWriter::insert_one(const RecordRange& records, std::size_t i,
                                         const RowVerdict& verdict) {
    const Form form = form_of(records.record(i));
    Digest& digest = digests_[(records.first() + i) % kGroup];
    if (form == Form::Full) {
        digest = run_full(insert_full_, records, i, {}, verdict);
    } else {
        SqliteStatement& insert = (form == Form::Plain ? plain_ : worked_).one;
        bind_row(insert, 0, form, records, i, {}, verdict.status);
        digest = sealed_.finish();
        insert.run();
    }
    return database_->changes();
}

Digest LedgerRowWriter::insert_after(const RecordRange& records, std::size_t i, const Former& former,
                                     const RowVerdict& verdict) {
    return run_full(insert_full_, records, i, former, verdict);
}

Digest LedgerRowWriter::insert_into_history(const RecordRange& records, std::size_t i, const Former& former,
                                            const RowVerdict& verdict) {
    return run_full(insert_history_, records, i, former, verdict);
}

Digest LedgerRowWriter::run_full(SqliteStatement& insert, const RecordRange& records, std::size_t i,
                                 const Former& former, const RowVerdict& verdict) {
    bind_row(insert, 0, Form::Full, records, i, former, verdict.status);
    bind_full(insert, records, i, former, verdict);
    const Digest digest = sealed_.finish();
    insert.run();
    return digest;
}

void LedgerRowWriter::bind_row(SqliteStatement& insert, std::size_t row, Form form,
                               const RecordRange& records, std::size_t i, const Former& former,
                               Status status) {
    const Record& record = records.record(i);
    int at = kFirstRow + static_cast<int>(row) * parameters_of(form);
    sealed_.restart();
    put(insert, at++, sealed_tag("id"), stored_form(records.id(i)));
    put(insert, at++, sealed_tag("position"), stored(record.position));
    put(insert, at++, sealed_tag("status"), to_text(status));
    put(insert, at++, sealed_tag("attempts"), former.attempts + record.attempts);
    put(insert, at++, sealed_tag("consumer"), std::int64_t{record.place});
    put(insert, at++, sealed_tag("acquired_at"),
        former.acquired_us != 0 ? former.acquired_us : clock_.at_us(record.acquired_ns));
    put(insert, at++, sealed_tag("record"), stored(records.first() + i));
    if (form == Form::Plain) return;
    const Attempt attempt = record.has_attempt() ? record.attempt : Attempt();
    if (attempt.started_us == 0) {
        insert.bind_null(at++);
        insert.bind_null(at++);
    } else {
        put(insert, at++, sealed_tag("started_at"), stored(attempt.started_us));
        put(insert, at++, sealed_tag("worked_us"), std::int64_t{attempt.worked_us});
    }
    if (attempt.exit_status == Attempt::kNoExitStatus) {
        insert.bind_null(at);
    } else if (attempt.exit_status >= Attempt::kSignal) {
        put(insert, at, sealed_tag("exit_status"), std::int64_t{Attempt::kSignal} - attempt.exit_status);
    } else {
        put(insert, at, sealed_tag("exit_status"), std::int64_t{attempt.exit_status});
    }
}

void LedgerRowWriter::bind_full(SqliteStatement& insert, const RecordRange& records, std::size_t i,
                                const Former& former, const RowVerdict& verdict) {
    const Record& record = records.record(i);
    bind_details(insert, record.has_details() ? &records.details(i) : nullptr, verdict);
    bind_extra(insert, record, records.bytes(), verdict);
    const Attempt attempt = record.has_attempt() ? record.attempt : Attempt();
    insert.bind(kWaiting, former.round);
    if (record.status == Status::Waiting) {
        insert.bind(kWaiting + 1, clock_.now_us() + stored(attempt.retry_after_us));
    } else {
        insert.bind_null(kWaiting + 1);
    }
    if (attempt.failures == 0) {
        insert.bind(kWaiting + 2, std::int64_t{0});
    } else {
        put(insert, kWaiting + 2, sealed_tag("failures"), std::int64_t{attempt.failures});
    }
    if (attempt.first_failed_us == 0) {
        insert.bind_null(kWaiting + 3);
    } else {
        put(insert, kWaiting + 3, sealed_tag("first_failed_at"), stored(attempt.first_failed_us));
    }
}

// Binds the details; NULL to all their columns but the verdict's reason if `details` is null.
void LedgerRowWriter::bind_details(SqliteStatement& insert, const Details* details,
                                   const RowVerdict& verdict) {
    int parameter = kFirstDetail;
    for (std::size_t i = 0; i < kDetailColumns.size(); ++i, ++parameter) {
        const DetailField& field = kDetailColumns[i].field;
        if (!verdict.reason.empty() && field.name == "reason") {
            put(insert, parameter, kDetailTags[i], std::string_view(verdict.reason));
        } else if (details != nullptr && field.kind != DetailField::Kind::Amount) {
            const std::string_view text = readable_utf8((details->*field.get_text)(), copies_[i]);
            put_or_null(insert, parameter, kDetailTags[i], text);
        } else if (details != nullptr && details->has(field.amount)) {
            put(insert, parameter, kDetailTags[i], details->amounts[field.amount]);
        } else {
            insert.bind_null(parameter);
        }
    }
}

// Binds the invoice's terms, its result, and the program's output. All are texts: if an output is not UTF-8,
// its odd bytes are escaped, as safe_lines() does.
void LedgerRowWriter::bind_extra(SqliteStatement& insert, const Record& record, const ByteAreaView& bytes,
                                 const RowVerdict& verdict) {
    std::string_view result = record.result_in(bytes);
    const std::string_view output = record.output_in(bytes);
    const std::string_view packed = record.terms_in(bytes);
    InvoiceTermsView terms;
    if (packed.data() != nullptr) {
        terms = unpack_terms(packed).value_or(InvoiceTermsView());
        result = terms.result;
    }
    for (std::size_t i = 0; i < kTerms; ++i)
        put_or_null(insert, kFirstTerm + static_cast<int>(i), kTermTags[i], terms.terms[i]);
    put_or_null(insert, kRepeats, sealed_tag("repeats"), verdict.repeats);
    put_or_null(insert, kResult, sealed_tag("result"), result);
    if (output.data() == nullptr) {
        insert.bind_null(kResult + 1);
    } else {
        if (!is_readable_utf8(output)) shown_output_ = safe_lines(output);
        put(insert, kResult + 1, sealed_tag("output"),
            is_readable_utf8(output) ? output : std::string_view(shown_output_));
    }
}

std::string_view LedgerRowWriter::stored_form(std::string_view id) {
    if (is_plain_id(id)) return id;
    shown_id_ = printable(id);
    return shown_id_;
}

}  // namespace pipeline
