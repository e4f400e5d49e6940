// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/ledger_rows.hpp"

#include <fmt/format.h>

#include "common/ledger/ledger_id.hpp"
#include "common/ledger/seal/sealed_columns.hpp"
#include "common/ledger/sqlite/rows/detail_columns.hpp"

namespace pipeline {
namespace {

// Returns the signed integer with the same bits: SQLite has no unsigned integers.
std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

// The most rows that the records of a group get: those of one INSERT and one for each record that it skips.
constexpr std::int64_t kMostRowsOfGroup = 2 * LedgerRowWriter::kGroup;

// True if no row under another form of the record's id (former_ids()) needs to be looked for.
bool has_one_form(const Record& record, std::string_view id) noexcept {
    return record.position != 0 && id.size() <= kInlineIdBytes && is_plain_id(id);
}

}  // namespace

LedgerRows::LedgerRows(SqliteConnection& database)
    : database_(&database),
      writer_(database),
      repeats_(database),
      ids_(database, IdSlices::Filters::Shared),
      pruned_(database),
      bodies_(database),
      find_(database,
            "SELECT source, position, status, generation, record, round, acquired_at, attempts"
            " FROM invoices WHERE serial = ?1"),
      keep_former_(database,
                   fmt::format("INSERT INTO history({0}) SELECT {0} FROM invoices WHERE serial = ?1",
                               outcome_columns_sql())),
      remove_(database, "DELETE FROM invoices WHERE serial = ?1"),
      find_in_history_(database,
                       "SELECT 1 FROM history WHERE source = ?1 AND position = ?2 AND id = ?3 LIMIT 1"),
      find_duplicate_(database, "SELECT 1 FROM duplicates WHERE source = ?1 AND position = ?2 AND id = ?3"),
      insert_duplicate_(database,
                        "INSERT INTO duplicates(source, position, id, seen_at, generation, record)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                        " ON CONFLICT(source, position, id) DO NOTHING") {}

std::int64_t LedgerRows::insert(const RecordRange& records, std::size_t first, const CommitContext& context) {
    added_ = 0;
    static_cast<void>(sealed_.finish());  // drops what a failed transaction has left
    known_ = records.size();
    ids_.begin();
    writer_.begin(context);
    pruned_.begin();
    for (std::size_t done = first; done < records.size();) {
        ids_.make_room(kMostRowsOfGroup);
        const std::size_t count = group_at(records, done);
        std::int64_t inserted = 0;
        if (count == 1)
            verdict_ =
                repeats_.judge(records, done, writer_.stored_form(records.id(done)), context.same_number);
        if (count != 1) {
            inserted = writer_.insert_group(records, done, row_form_of(records.record(done)));
            ids_.add_automatic(inserted);
        } else if (records.record(done).is_given_again()) {
            // Its id has a row: decide() looks for it.
        } else if (const auto pruned = find_pruned(records, done, context)) {
            records.record(done++).outcome = *pruned;
            continue;
        } else if (const auto known = has_one_form(records.record(done), records.id(done))
                                          ? std::nullopt
                                          : find_former(records, done, context)) {
            records.record(done++).outcome = *known;
            continue;
        } else if (!ids_.is_in_earlier(writer_.stored_form(records.id(done)))) {
            inserted = insert_new(records, done);
        }
        added_ += inserted;
        // If the INSERT skipped a record whose id has a row already, decide about all records of the group.
        const bool all_new = inserted == static_cast<std::int64_t>(count);
        for (const std::size_t end = done + count; done < end; ++done) {
            Record& record = records.record(done);
            if (count != 1) verdict_ = {record.status};
            const Outcome outcome =
                all_new ? static_cast<Outcome>(verdict_.status) : decide(records, done, context);
            if (all_new) sealed_.add(writer_.digest(records, done));
            if (all_new && count == 1) keep_body(records, done);
            // Storage::save() has set the usual outcome already. Writing the same value again would take the
            // cache line away from the CPU of the consumer that saved the record.
            if (record.outcome != outcome) record.outcome = outcome;
        }
    }
    ids_.end();
    return added_;
}

// Returns how many records, from `first` on, one INSERT writes together: kGroup, if so many fill the same
// columns and have ids of one form that were not pruned and are in no earlier slice, else 1.
std::size_t LedgerRows::group_at(const RecordRange& records, std::size_t first) {
    constexpr std::size_t kGroup = LedgerRowWriter::kGroup;
    const bool is_known = known_ >= first && known_ - first < kGroup;  // do not ask for all of them again
    if (records.size() - first < kGroup || is_known || !ids_.is_automatic()) return 1;
    const RowForm form = row_form_of(records.record(first));
    if (form == RowForm::Full) return 1;
    for (std::size_t i = first; i < first + kGroup; ++i) ids_.expect(records.id(i));
    for (std::size_t i = first; i < first + kGroup; ++i) {
        const Record& record = records.record(i);
        if (row_form_of(record) != form || !has_one_form(record, records.id(i))) return 1;
        if (pruned_.may_have(records.id(i)) || ids_.is_in_earlier(records.id(i))) {
            known_ = i;
            return 1;
        }
    }
    return kGroup;
}

// Inserts a record whose id has no row in an earlier slice. Returns the number of rows that were inserted.
std::int64_t LedgerRows::insert_new(const RecordRange& records, std::size_t i) {
    if (!ids_.is_automatic()) return writer_.insert_at(ids_.take_serial(), records, i, {}, verdict_);
    const std::int64_t inserted = writer_.insert_one(records, i, verdict_);
    ids_.add_automatic(inserted);
    return inserted;
}

// Inserts a record whose id has no row in invoices any more.
void LedgerRows::insert_after(const RecordRange& records, std::size_t i, const Former& former) {
    writer_.insert_at(ids_.take_serial(), records, i, former, verdict_);
    sealed_.add(writer_.digest(records, i));
}

// Returns the outcome of record `i`, and changes the ledger accordingly. The record may have been inserted
// just now.
Outcome LedgerRows::decide(const RecordRange& records, std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    const auto status = static_cast<Outcome>(verdict_.status);
    const auto row = find(writer_.stored_form(records.id(i)), record, context);
    if (!row) return add_new(records, i, context);
    if (row->generation == context.generation && row->record == records.first() + i) {
        sealed_.add(writer_.digest(records, i));
        return status;
    }
    if (is_redelivery(*row, record, context, verdict_.status)) return row->outcome;
    if (const auto earlier = find_earlier(*row, records, i, context)) return *earlier;
    if (is_duplicate(*row, record)) {
        add_duplicate(records, i, context);
        return Outcome::Duplicate;
    }
    ++added_;
    if (row->outcome != Outcome::Booked && replaces(*row, record, context, verdict_.status)) {
        replace(*row, records, i);
        return status;
    }
    // Beside a booked row the invoice is not refused: it is a late attempt, which was booked like the row.
    if (row->outcome == Outcome::Booked) verdict_ = {record.status};
    sealed_.add(writer_.insert_into_history(records, i, own_round(record), verdict_));
    return row->outcome;
}

// For an id without a row. If it was given again, its row was pruned meanwhile: then the attempt came too
// late.
Outcome LedgerRows::add_new(const RecordRange& records, std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    ++added_;
    if (record.is_given_again() && pruned_.may_have(writer_.stored_form(records.id(i)))) {
        sealed_.add(writer_.insert_into_history(records, i, own_round(record), {record.status}));
        return pruned_.find(writer_.stored_form(records.id(i)), context.source, record.position).outcome;
    }
    insert_after(records, i, {});
    keep_body(records, i);
    return static_cast<Outcome>(verdict_.status);
}

std::optional<LedgerRows::FoundRow> LedgerRows::find(std::string_view stored_id, const Record& record,
                                                     const CommitContext& context) {
    std::optional<FoundRow> row;
    const auto serial = ids_.find(stored_id);
    if (!serial) return row;
    find_.bind(1, *serial);
    if (find_.first_row()) {
        row.emplace();
        row->serial = *serial;
        row->is_same = find_.text(0) == context.source && find_.integer(1) == stored(record.position);
        row->outcome = parse_outcome(find_.text(2));
        if (!find_.is_null(3)) row->generation = static_cast<std::uint64_t>(find_.integer(3));
        row->record = static_cast<std::uint64_t>(find_.integer(4));
        row->round = static_cast<std::uint32_t>(find_.integer(5));
        row->acquired_us = find_.integer(6);
        row->attempts = find_.integer(7);
    }
    find_.finish();
    return row;
}

// Returns the outcome of a record that the ledger has already, but not as the row of its id; none if it has
// not.
std::optional<Outcome> LedgerRows::find_earlier(const KnownRow& row, const RecordRange& records,
                                                std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    if (row.is_same || record.is_given_again()) return std::nullopt;
    const std::string_view id = writer_.stored_form(records.id(i));
    if (has(find_duplicate_, id, record, context)) return Outcome::Duplicate;
    if (!may_come_anew(context) && has(find_in_history_, id, record, context)) return row.outcome;
    return std::nullopt;
}

bool LedgerRows::has(SqliteStatement& find, std::string_view id, const Record& record,
                     const CommitContext& context) {
    find.bind(1, context.source);
    find.bind(2, stored(record.position));
    find.bind(3, id);
    const bool is_there = find.first_row();
    find.finish();
    return is_there;
}

// The body stays with a row that is not booked, unless a fresh delivery brings its own, or none.
void LedgerRows::replace(const FoundRow& row, const RecordRange& records, std::size_t i) {
    const Record& record = records.record(i);
    for (auto* statement : {&keep_former_, &remove_}) {
        statement->bind(1, row.serial);
        statement->run();
    }
    const bool is_again = record.is_given_again();
    insert_after(records, i, former_of(row, record));
    if (!is_again || verdict_.status == Status::Booked) {
        bodies_.remove(writer_.stored_form(records.id(i)));
    }
    keep_body(records, i);
}

// Returns the outcome of a record whose id was pruned: if it was delivered again, or if an invoice with this
// id was booked. Then the record goes to duplicates. Returns none if the record counts like any other.
std::optional<Outcome> LedgerRows::find_pruned(const RecordRange& records, std::size_t i,
                                               const CommitContext& context) {
    const Record& record = records.record(i);
    const std::string_view id = writer_.stored_form(records.id(i));
    if (!pruned_.may_have(id)) return std::nullopt;
    const PrunedAnswer pruned = pruned_.find(id, context.source, record.position);
    if (pruned.same == PrunedAnswer::Same::Duplicate) return Outcome::Duplicate;
    if (pruned.same == PrunedAnswer::Same::Booked) return Outcome::Booked;
    if (pruned.same != PrunedAnswer::Same::None && !may_come_anew(context)) {
        const auto row = find(id, record, context);
        return row ? row->outcome : pruned.outcome;
    }
    if (!pruned.is_booked) return std::nullopt;
    add_duplicate(records, i, context);
    return Outcome::Duplicate;
}

// Returns the outcome of a record that version 0.1.0 has recorded under another form of its id; none if it
// has not. If that version has recorded the id from another position, adds the record to the table
// duplicates.
std::optional<Outcome> LedgerRows::find_former(const RecordRange& records, std::size_t i,
                                               const CommitContext& context) {
    const Record& record = records.record(i);
    for (const FormerId& former : former_ids(records.id(i), record.position)) {
        if (has(find_duplicate_, former.text, record, context)) return Outcome::Duplicate;
        const auto row = find(former.text, record, context);
        if (!row && pruned_.may_have(former.text)) {
            const auto pruned = pruned_.find(former.text, context.source, record.position);
            if (pruned.same == PrunedAnswer::Same::Duplicate) return Outcome::Duplicate;
            if (pruned.same != PrunedAnswer::Same::None) return pruned.outcome;
            if (!former.is_certain || !pruned.is_booked) continue;
            add_duplicate(records, i, context);
            return Outcome::Duplicate;
        }
        if (!row) continue;
        if (row->is_same) return row->outcome;
        if (!former.is_certain) continue;
        add_duplicate(records, i, context);
        return Outcome::Duplicate;
    }
    return std::nullopt;
}

// Adds a row to the table duplicates. If that row exists already, the source has delivered the duplicate
// again, and nothing is added.
void LedgerRows::add_duplicate(const RecordRange& records, std::size_t i, const CommitContext& context) {
    const Record& record = records.record(i);
    ValueDigest& values = duplicate_values_;
    values.clear();
    const auto put = [&](int parameter, std::uint8_t tag, auto value) {
        insert_duplicate_.bind(parameter, value);
        values.add(tag, value);
    };
    put(1, sealed_tag("source"), context.source);
    put(5, sealed_tag("generation"), stored(context.generation));
    put(3, sealed_tag("id"), writer_.stored_form(records.id(i)));
    put(2, sealed_tag("position"), stored(record.position));
    put(6, sealed_tag("record"), stored(records.first() + i));
    put(4, sealed_tag("seen_at"), context.clock.now_us());
    insert_duplicate_.run();
    if (database_->changes() == 0) return;
    ++added_;
    sealed_.add(values.finish());
}

}  // namespace pipeline
