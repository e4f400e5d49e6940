// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/cancellation.hpp"

#include <fmt/format.h>

#include <string>

#include "common/base/clock.hpp"
#include "common/ledger/ledger_row.hpp"
#include "common/ledger/sqlite/seal/digest_sql.hpp"

namespace pipeline {
namespace {

std::string names_sql() {
    std::string sql;
    for (const LedgerColumn& column : kLedgerColumns)
        sql += fmt::format("{}{}", sql.empty() ? "" : ", ", column.name);
    return sql;
}

// The values of the columns of the cancelled row, in terms of those of the row that it replaces.
std::string cancelled_sql() {
    std::string sql;
    for (const LedgerColumn& column : kLedgerColumns) {
        const std::string_view name = column.name;
        if (!sql.empty()) sql += ", ";
        if (name == "status") {
            sql += "'failed'";
        } else if (name == "reason") {
            sql += "?1";
        } else if (name == "stored_at") {
            sql += "?2";
        } else if (name == "generation") {
            sql += "?3";
        } else if (name == "record") {
            sql += "?4";
        } else if (name == "round") {
            sql += "round + 1";
        } else if (name == "due_at" || name == "leased_until" || name == "digest") {
            sql += "NULL";
        } else {
            sql += name;
        }
    }
    return sql;
}

SqliteConnection& with_digest(SqliteConnection& database) {
    database.define_digest(kRowDigest);
    return database;
}

}  // namespace

Cancellation::Cancellation(SqliteConnection& database)
    : database_(&with_digest(database)),
      keep_(database,
            fmt::format("INSERT INTO history({0}) SELECT {0} FROM invoices WHERE rowid = ?1", names_sql())),
      remove_(database, "DELETE FROM invoices WHERE rowid = ?1"),
      add_(database, fmt::format("INSERT INTO invoices({}, serial) SELECT {}, ?5 FROM history"
                                 " WHERE rowid = last_insert_rowid() RETURNING {}, source",
                                 names_sql(), cancelled_sql(), outcome_digest_sql())),
      count_(database, "UPDATE sources SET acquired = acquired + 1 WHERE source = ?1"),
      ids_(database) {}

void Cancellation::begin() {
    static_cast<void>(sealed_.finish());
    const auto last = CommitChain(*database_).last(kPeopleGeneration);
    first_ = last ? last->recorded : 0;
    now_us_ = wall_us();
    ids_.begin();
}

void Cancellation::cancel(std::int64_t rowid, std::string_view reason) {
    for (auto* statement : {&keep_, &remove_}) {
        statement->bind(1, rowid);
        statement->run();
    }
    add_.bind(1, reason);
    add_.bind(2, now_us_);
    add_.bind(3, static_cast<std::int64_t>(kPeopleGeneration));
    add_.bind(4, static_cast<std::int64_t>(first_ + sealed_.rows()));
    add_.bind(5, ids_.take_serial());
    std::string source;
    if (add_.first_row()) {
        sealed_.add(add_.digest(0));
        source = add_.text(1);
        add_.finish();
    }
    count_.bind(1, source);
    count_.run();
}

void Cancellation::seal() {
    if (sealed_.rows() == 0) return;
    SealedCommit commit;
    commit.generation = kPeopleGeneration;
    commit.kind = SealedCommit::Kind::Decided;
    commit.first = first_;
    commit.recorded = first_ + sealed_.rows();
    commit.changed = sealed_.rows();
    commit.stored_at_us = now_us_;
    commit.digest = sealed_.finish();
    append_of_people(*database_, commit);
    ids_.end();
}

}  // namespace pipeline
