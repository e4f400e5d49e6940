// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/printable.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Kind = PgError::Kind;

// A question about a whole ledger may take long. Whether the server is still there is found out sooner, by
// the keep-alives of the connection.
constexpr milliseconds kWholeLedger = std::chrono::minutes(30);
constexpr milliseconds kTryAgain{50};

// statement_timeout ended the statement.
bool is_out_of_time(const PgError& error) noexcept {
    return error.kind() == Kind::TimeIsUp || error.state() == "57014";
}

}  // namespace

PgSnapshot begin_pg_snapshot(const std::string& url, const PgUntil& until) {
    PgLogin login = log_in_to_read(url);
    PgConnection& database = login.database;
    milliseconds left = kWholeLedger;
    if (until) {
        left = std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(*until - Clock::now()));
        // The server ends the statement first, so that it does not go on with it for nobody.
        database.set_answer_wait(left + milliseconds(100));
    } else {
        database.set_answer_wait(left);
    }
    const std::string limit = fmt::format("{}", left.count());
    database.begin(true);
    // A reader may show rows to a person between two statements.
    database.send(
        "SELECT set_config('idle_in_transaction_session_timeout', '10min', true),"
        " set_config('statement_timeout', $1, true)",
        PgParameters().add(std::string_view(limit)));
    static_cast<void>(database.finish());
    return {std::move(database), login.id};
}

Failure pg_failure(const std::string& url, const PgError& error) {
    const auto failure = [&](ExitStatus status, std::string_view advice) {
        return Failure(status, fmt::format("ledger {}: {}; {}", printable(url), error.what(), advice));
    };
    if (is_out_of_time(error)) {
        return Failure(ExitStatus::NotDrained,
                       fmt::format("ledger {}: it is too large, or too busy, for an answer within the time "
                                   "limit; ask the database with psql",
                                   printable(url)));
    }
    switch (error.kind()) {
        case Kind::Again:
            return failure(ExitStatus::NotDrained, "others are busy with the same rows: try again");
        case Kind::Shortage:
            return failure(ExitStatus::NotDrained, "the server has run out of something: try again");
        case Kind::Denied:
            return failure(ExitStatus::Configuration,
                           "the server must let this user in (PGPASSFILE, pg_hba.conf, GRANT)");
        case Kind::Missing:
            return failure(ExitStatus::Configuration, "name another database, or make it with createdb");
        case Kind::Schema:
            return failure(ExitStatus::Configuration, "its tables are not as the pipeline has made them");
        case Kind::ReadOnly:
            return failure(ExitStatus::InputOutput, "name the server that takes writes");
        case Kind::TimeIsUp:
        case Kind::Unreachable:
        case Kind::Other:
            break;
    }
    return failure(ExitStatus::InputOutput, "the server must run, and be reachable from here");
}

Failure pg_edit_failure(const std::string& url, const PgError& error) {
    const Failure failure = pg_failure(url, error);
    return error.kind() == Kind::ReadOnly ? Failure(ExitStatus::CannotCreate, failure.what()) : failure;
}

milliseconds pg_patience(const PgError& error) noexcept {
    if (is_out_of_time(error)) return milliseconds(0);
    switch (error.kind()) {
        case Kind::Again:
            return std::chrono::seconds(10);
        case Kind::Unreachable:  // a server that is being started again, or the next one of the URL
        case Kind::Shortage:
            return std::chrono::seconds(2);
        default:
            return milliseconds(0);
    }
}

void read_pg_snapshot(const std::string& url, const std::function<void(PgSnapshot&)>& read,
                      const PgUntil& until) {
    const auto began = Clock::now();
    for (;; std::this_thread::sleep_for(kTryAgain)) {
        try {
            PgSnapshot snapshot = begin_pg_snapshot(url, until);
            return read(snapshot);
        } catch (const PgError& error) {
            const bool is_late = until && Clock::now() >= *until;
            if (is_late || Clock::now() - began >= pg_patience(error)) throw pg_failure(url, error);
        }
    }
}

}  // namespace pipeline
