// SPDX-License-Identifier: Apache-2.0
// Decides about the records whose ids the ledger has already, or had, or that come more than once in one
// transaction, by the rules (row_rules.hpp). It decides in memory, in the order of the records, and then
// writes what came out of it.
//
// First the session inserts all fresh records. Then look_up() asks for what stands against them, and locks
// these rows in the order of their keys. Nobody else changes them until the transaction ends, so what
// decide() concludes from them is true when it is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/postgresql/rows/pg_batch.hpp"
#include "common/ledger/postgresql/rows/pg_rows.hpp"
#include "common/ledger/rows/row_rules.hpp"
#include "common/ledger/rows/row_values.hpp"

namespace pipeline {

class PgJudge {
  public:
    // The verdicts about records that are not simply their status (RowVerdict), by the record's number.
    using Verdicts = std::map<std::size_t, RowVerdict>;

    PgJudge(PgConnection& database, RowValues& values) : database_(&database), values_(&values) {}

    // Begins a transaction. The referenced objects must outlive it.
    void begin(const RecordRange& records, const PgBatch& batch, const Verdicts& verdicts,
               const CommitContext& context);
    // Adds the INSERT of the fresh records to the round trip; its result has the number of new rows.
    void send_fresh();
    // Makes a round trip that finds and locks what stands against the records. `inserted` is the number of
    // fresh records that have become rows; `has_pruned` says whether the ledger has pruned rows at all.
    // Throws PgError Again if a row has gone in between.
    void look_up(std::uint64_t inserted, bool has_pruned);
    // Sets the outcomes of all records.
    void decide();
    // Adds the statements that write the decisions to the round trip.
    void send_decisions();

    // The number of rows that the transaction adds to invoices, history and duplicates together, and the
    // digests of these rows, in the order of the records.
    [[nodiscard]] std::int64_t added() const noexcept { return added_; }
    [[nodiscard]] const std::vector<std::optional<Digest>>& sealed() const noexcept { return sealed_; }

  private:
    // Everything known of one key.
    struct Book {
        std::optional<KnownRow> row;
        bool is_own_source = false;  // the row has the source of this transaction
        std::uint64_t position = 0;  // of the row
        bool is_stored = false;      // the row lies in the ledger
        // The row is a record of this transaction, which is not written yet, with what it has taken over.
        std::optional<std::size_t> pending;
        Former former;
        // The fresh record of the key that was inserted as its row.
        std::optional<std::size_t> inserted;
        std::vector<std::uint64_t> duplicates;  // positions in this transaction's source
        std::vector<std::uint64_t> history;
        struct Pruned {
            bool is_own_source;
            std::uint64_t position;
            std::string status;
        };
        std::vector<Pruned> pruned;
        bool goes_to_history = false;  // the row that lies in the ledger
        bool is_taken_out = false;     // the row that was inserted is none after all
        enum class Body : std::uint8_t { Stays, Goes, Comes } body = Body::Stays;
        std::size_t body_of = 0;  // the record whose body comes
    };
    [[nodiscard]] RowVerdict verdict_of(std::size_t i) const;
    [[nodiscard]] Outcome judge(Book& book, std::size_t i);
    [[nodiscard]] std::optional<Outcome> judge_pruned(Book& book, std::size_t i);
    [[nodiscard]] Book& book_at(std::string_view key);
    void send_questions(PgArray& keys);
    void note_inserted(std::uint64_t inserted);
    [[nodiscard]] bool came_earlier(const Book& book, const Record& record, Outcome& outcome) const;
    void become_row(Book& book, std::size_t i, const Former& former);
    void replace(Book& book, std::size_t i);
    void add_to_history(std::string_view key, std::size_t i, const Former& former, const RowVerdict& verdict);
    void add_duplicate(Book& book, std::size_t i);
    void keep_body(Book& book, std::size_t i);
    void write_pending(std::string_view key, Book& book);

    PgConnection* database_;
    RowValues* values_;
    const RecordRange* records_ = nullptr;
    const PgBatch* batch_ = nullptr;
    const Verdicts* verdicts_ = nullptr;
    const CommitContext* context_ = nullptr;

    std::map<std::string_view, Book> books_;  // of keys with more than one fresh record
    std::vector<std::string_view> keys_;      // key of each record, by its number
    std::int64_t added_ = 0;
    std::vector<std::optional<Digest>> sealed_;
    std::vector<Digest> fresh_digests_;

    std::array<PgRows, 3> fresh_{PgRows(RowForm::Plain), PgRows(RowForm::Worked), PgRows(RowForm::Full)};
    PgRows replaced_{RowForm::Full}, later_{RowForm::Full}, history_{RowForm::Full};
    PgArray taken_out_{PgArray::Type::Text}, to_history_{PgArray::Type::Text}, no_body_{PgArray::Type::Text};
    PgArray body_keys_{PgArray::Type::Text}, body_ids_{PgArray::Type::Text}, bodies_{PgArray::Type::Bytes};
    PgArray duplicate_keys_{PgArray::Type::Text}, duplicate_ids_{PgArray::Type::Text};
    PgArray duplicate_positions_{PgArray::Type::Integer}, duplicate_records_{PgArray::Type::Integer};
};

}  // namespace pipeline
