// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/rows/pg_judge.hpp"

#include <algorithm>

#include "common/ledger/seal/sealed_columns.hpp"

namespace pipeline {
namespace {

bool has(const std::vector<std::uint64_t>& positions, std::uint64_t position) {
    return std::find(positions.begin(), positions.end(), position) != positions.end();
}

}  // namespace

void PgJudge::begin(const RecordRange& records, const PgBatch& batch, const Verdicts& verdicts,
                    const CommitContext& context) {
    records_ = &records;
    batch_ = &batch;
    verdicts_ = &verdicts;
    context_ = &context;
    books_.clear();
    added_ = 0;
    sealed_.assign(records.size(), std::nullopt);
    fresh_digests_.assign(records.size(), Digest{});
    keys_.assign(records.size(), {});
    for (const PgBatch::Entry& entry : batch.entries()) keys_[entry.i] = entry.key;
    for (PgRows& rows : fresh_) rows.clear();
    for (PgRows* rows : {&replaced_, &later_, &history_}) rows->clear();
    for (PgArray* array : {&taken_out_, &to_history_, &no_body_, &body_keys_, &body_ids_, &bodies_,
                           &duplicate_keys_, &duplicate_ids_, &duplicate_positions_, &duplicate_records_})
        array->clear();
}

RowVerdict PgJudge::verdict_of(std::size_t i) const {
    const auto found = verdicts_->find(i);
    return found == verdicts_->end() ? RowVerdict{records_->record(i).status} : found->second;
}

void PgJudge::send_fresh() {
    PgRows& rows = fresh_[static_cast<std::size_t>(batch_->form())];
    for (const PgBatch::Entry& entry : batch_->entries()) {
        if (!entry.is_fresh) continue;
        rows.begin_row(entry.key);
        fresh_digests_[entry.i] =
            values_->write(rows, rows.form(), *records_, entry.i, {}, verdict_of(entry.i));
    }
    database_->send(rows.insert_new_sql(), rows.parameters(*context_));
}

void PgJudge::decide() {
    for (std::size_t i = 0; i < records_->size(); ++i) {
        if (keys_[i].data() == nullptr) continue;  // a record that the last leader has committed
        Record& record = records_->record(i);
        const auto found = books_.find(keys_[i]);
        Outcome outcome = Outcome::Booked;
        if (found != books_.end()) {
            outcome = judge(found->second, i);
        } else {
            outcome = static_cast<Outcome>(verdict_of(i).status);
            sealed_[i] = fresh_digests_[i];
            ++added_;
            if (record.has_body() && outcome != Outcome::Booked) keep_body(books_[keys_[i]], i);
        }
        // Storage::save() has set the usual outcome already. Writing the same value again would take the
        // cache line away from the CPU of the consumer that saved the record.
        if (record.outcome != outcome) record.outcome = outcome;
    }
    for (auto& [key, book] : books_) write_pending(key, book);
}

Outcome PgJudge::judge(Book& book, std::size_t i) {
    const Record& record = records_->record(i);
    const Status status = verdict_of(i).status;
    if (!record.is_given_again() && !book.pruned.empty()) {
        if (const auto pruned = judge_pruned(book, i)) {
            if (book.inserted == i) book.is_taken_out = true;
            return *pruned;
        }
    }
    if (book.inserted == i) {
        sealed_[i] = fresh_digests_[i];
        ++added_;
        become_row(book, i, {});
        book.pending.reset();
        book.is_stored = true;
        keep_body(book, i);
        return static_cast<Outcome>(status);
    }
    if (!book.row) {
        ++added_;
        if (record.is_given_again() && !book.pruned.empty()) {
            add_to_history(keys_[i], i, own_round(record), {record.status});
            PrunedAnswer answer;
            for (const Book::Pruned& pruned : book.pruned) answer.add(pruned.status, false);
            return answer.outcome;
        }
        become_row(book, i, {});
        keep_body(book, i);
        return static_cast<Outcome>(status);
    }
    book.row->is_same = book.is_own_source && book.position == record.position;
    if (is_redelivery(*book.row, record, *context_, status)) return book.row->outcome;
    Outcome earlier = Outcome::Booked;
    if (came_earlier(book, record, earlier)) return earlier;
    if (is_duplicate(*book.row, record)) {
        add_duplicate(book, i);
        return Outcome::Duplicate;
    }
    ++added_;
    if (book.row->outcome != Outcome::Booked && replaces(*book.row, record, *context_, status)) {
        replace(book, i);
        return static_cast<Outcome>(status);
    }
    // Beside a booked row the invoice is not refused: it is a late attempt, which was booked like the row.
    const bool is_late = book.row->outcome == Outcome::Booked;
    add_to_history(keys_[i], i, own_round(record), is_late ? RowVerdict{record.status} : verdict_of(i));
    return book.row->outcome;
}

// Returns the outcome of a record whose id was pruned: if it was delivered again, or if an invoice with this
// id was booked. Then the record goes to duplicates. Returns none if the record counts like any other.
std::optional<Outcome> PgJudge::judge_pruned(Book& book, std::size_t i) {
    const Record& record = records_->record(i);
    PrunedAnswer answer;
    for (const Book::Pruned& pruned : book.pruned)
        answer.add(pruned.status, pruned.is_own_source && pruned.position == record.position);
    using Same = PrunedAnswer::Same;
    if (answer.same == Same::Duplicate) return Outcome::Duplicate;
    if (answer.same == Same::Booked) return Outcome::Booked;
    if (answer.same != Same::None && !may_come_anew(*context_))
        return book.row ? book.row->outcome : answer.outcome;
    if (!answer.is_booked) return std::nullopt;
    add_duplicate(book, i);
    return Outcome::Duplicate;
}

// True if the ledger has the record already, but not as the row of its id.
bool PgJudge::came_earlier(const Book& book, const Record& record, Outcome& outcome) const {
    if (book.row->is_same || record.is_given_again()) return false;
    outcome = has(book.duplicates, record.position) ? Outcome::Duplicate : book.row->outcome;
    return outcome == Outcome::Duplicate || (!may_come_anew(*context_) && has(book.history, record.position));
}

void PgJudge::become_row(Book& book, std::size_t i, const Former& former) {
    const Record& record = records_->record(i);
    KnownRow& row = book.row.emplace();
    row.outcome = static_cast<Outcome>(verdict_of(i).status);
    row.generation = context_->generation;
    row.record = records_->first() + i;
    row.round = static_cast<std::uint32_t>(former.round);
    row.acquired_us =
        former.acquired_us != 0 ? former.acquired_us : context_->clock.at_us(record.acquired_ns);
    row.attempts = former.attempts + record.attempts;
    book.is_own_source = true;
    book.position = record.position;
    book.pending = i;
    book.former = former;
}

// The body stays with a row that is not booked, unless a fresh delivery brings its own, or none.
void PgJudge::replace(Book& book, std::size_t i) {
    const Record& record = records_->record(i);
    if (book.pending) {
        // It was a row for an instant only.
        add_to_history(keys_[i], *book.pending, book.former, verdict_of(*book.pending));
    } else {
        book.goes_to_history = true;
        if (book.is_own_source) book.history.push_back(book.position);
    }
    become_row(book, i, former_of(*book.row, record));
    if (!record.is_given_again() || verdict_of(i).status == Status::Booked) book.body = Book::Body::Goes;
    keep_body(book, i);
}

void PgJudge::add_to_history(std::string_view key, std::size_t i, const Former& former,
                             const RowVerdict& verdict) {
    history_.begin_row(key);
    sealed_[i] = values_->write(history_, RowForm::Full, *records_, i, former, verdict);
    books_[key].history.push_back(records_->record(i).position);
}

// Adds a row to the table duplicates, unless it is there already: then the source has delivered the duplicate
// again.
void PgJudge::add_duplicate(Book& book, std::size_t i) {
    const Record& record = records_->record(i);
    if (has(book.duplicates, record.position)) return;
    book.duplicates.push_back(record.position);
    const auto position = static_cast<std::int64_t>(record.position);
    const auto number = static_cast<std::int64_t>(records_->first() + i);
    const std::string_view id = values_->stored_form(records_->id(i));
    ValueDigest values;
    values.add(sealed_tag("source"), context_->source);
    values.add(sealed_tag("generation"), static_cast<std::int64_t>(context_->generation));
    values.add(sealed_tag("id"), id);
    values.add(sealed_tag("position"), position);
    values.add(sealed_tag("record"), number);
    values.add(sealed_tag("seen_at"), context_->clock.now_us());
    sealed_[i] = values.finish();
    duplicate_keys_.add(keys_[i]);
    duplicate_ids_.add(id);
    duplicate_positions_.add(position);
    duplicate_records_.add(number);
    ++added_;
}

void PgJudge::keep_body(Book& book, std::size_t i) {
    if (!records_->record(i).has_body() || verdict_of(i).status == Status::Booked) return;
    book.body = Book::Body::Comes;
    book.body_of = i;
}

// Writes what has become of a key.
void PgJudge::write_pending(std::string_view key, Book& book) {
    if (book.is_taken_out) taken_out_.add(key);
    if (book.goes_to_history) to_history_.add(key);
    if (book.pending) {
        PgRows& rows = book.is_stored && !book.is_taken_out ? replaced_ : later_;
        rows.begin_row(key);
        sealed_[*book.pending] = values_->write(rows, RowForm::Full, *records_, *book.pending, book.former,
                                                verdict_of(*book.pending));
    }
    if (book.body == Book::Body::Goes) no_body_.add(key);
    if (book.body != Book::Body::Comes) return;
    body_keys_.add(key);
    body_ids_.add(values_->stored_form(records_->id(book.body_of)));
    bodies_.add(records_->record(book.body_of).body_in(records_->bytes()));
}

}  // namespace pipeline
