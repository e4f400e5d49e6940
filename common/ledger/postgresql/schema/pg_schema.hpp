// SPDX-License-Identifier: Apache-2.0
// The tables of a ledger in PostgreSQL (docs/ledger.md, "PostgreSQL"). They lie in the first schema of the
// connection's search path. The first host that starts makes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/ledger/ledger.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"

namespace pipeline {

inline constexpr std::int64_t kPgSchemaVersion = 1;

// Makes the tables if there are none, in one transaction under an advisory lock: of several hosts that start
// together, one makes them.
void make_pg_schema(PgConnection& database);

// Checks that the database has a ledger, and that nothing in it changes or refuses our writes: a trigger or a
// rule on one of its tables. Returns the ledger's id. Throws Failure: NoInput if there is no ledger,
// Configuration if a newer version has made it, if it is not the pipeline's, or if its encoding is not UTF8.
// `name` is the ledger's, for messages.
[[nodiscard]] std::uint64_t require_pg_schema(PgConnection& database, std::string_view name);

// Returns the question for what somebody has added to our tables. The second function throws Failure
// Configuration if `found`, its answer, says that there is something.
[[nodiscard]] std::string pg_additions_sql();
void require_no_additions(const PgResult& found, std::string_view name);

// Throws WrongLedger if `schema`, the column `ledger` of the table schema, is not the name `id`; 0 is any.
void require_pg_ledger(const PgResult& schema, std::uint64_t id);

// Makes a connection to the ledger that `url` names, with its tables (`create`) or only if they are there,
// and checks them. Throws PgError, Failure as require_pg_schema() does, and WrongLedger if the ledger is not
// the one that `known` has.
struct PgLogin {
    PgConnection database;
    std::uint64_t id;
};
[[nodiscard]] PgLogin log_in(const std::string& url, bool create, const KnownLedger& known);
// The same for reading, also from a standby.
[[nodiscard]] PgLogin log_in_to_read(const std::string& url);

}  // namespace pipeline
