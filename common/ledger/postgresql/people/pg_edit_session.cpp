// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_edit_session.hpp"

#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/ledger/postgresql/people/pg_snapshot.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// How long to try again while others hold locks, or while the server is away.
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kTryAgain{20};
// A slice of rows may have to be read from a slow disk.
constexpr std::chrono::seconds kTransactionWait{30};
constexpr std::chrono::minutes kQuestionWait{30};

}  // namespace

PgEditSession::PgEditSession(std::string url) : url_(std::move(url)) {
    const Time deadline = Clock::now() + kPatience;
    while (!database_) {
        try {
            static_cast<void>(connected());
        } catch (const PgError& error) {
            // A first connection that fails is told at once: the name may be wrong.
            if (error.kind() != PgError::Kind::Again) throw pg_edit_failure(url_, error);
            handle(error, deadline);
        }
    }
}

PgConnection& PgEditSession::connected() {
    if (!database_ || !database_->is_open()) {
        database_.reset();
        database_.emplace(log_in(url_, false, {}).database);
    }
    return *database_;
}

void PgEditSession::handle(const PgError& error, Time deadline) {
    if (database_ && !database_->roll_back()) database_.reset();
    if (!error.may_pass() || error.kind() == PgError::Kind::ReadOnly || Clock::now() >= deadline)
        throw pg_edit_failure(url_, error);
    std::this_thread::sleep_for(kTryAgain);
}

void PgEditSession::transact(const std::function<Done(PgConnection&)>& action) {
    const Time deadline = Clock::now() + kPatience;
    std::optional<ChainHead>
        unknown;  // the link of a transaction of which nobody knows whether it took effect
    for (;;) {
        std::optional<ChainHead> committing;
        try {
            PgConnection& database = connected();
            if (unknown && has_taken_effect(*unknown)) return;
            unknown.reset();
            database.set_answer_wait(kTransactionWait);
            database.begin();
            static_cast<void>(database.finish());
            const Done done = action(database);
            if (!done.has_changed) {
                if (!database.roll_back()) database_.reset();
                return;
            }
            committing = done.link;
            database.commit();
            return;
        } catch (const PgError& error) {
            if (committing) unknown = committing;
            handle(error, deadline);
        } catch (...) {
            if (database_ && !database_->roll_back()) database_.reset();
            throw;
        }
    }
}

// Waits for the transaction that may be committing still, and writes: so the answer to its own COMMIT says
// that what came before it is durable, too.
bool PgEditSession::has_taken_effect(const ChainHead& link) {
    PgConnection& database = connected();
    database.set_answer_wait(kTransactionWait);
    database.begin();
    database.send("UPDATE generations SET updated_at = updated_at WHERE generation = $1",
                  PgParameters().add(link.generation));
    database.send("SELECT head FROM commits WHERE generation = $1 AND number = $2",
                  PgParameters().add(link.generation).add(link.number));
    const auto results = database.finish();
    const bool is_there = results.back().rows() != 0 && results.back().digest(0, 0) == link.head;
    database.commit();
    return is_there;
}

void PgEditSession::read(const std::function<void(PgConnection&)>& question) {
    const Time deadline = Clock::now() + kPatience;
    for (;;) {
        try {
            PgConnection& database = connected();
            database.set_answer_wait(kQuestionWait);
            database.begin(true);
            static_cast<void>(database.finish());
            question(database);
            if (!database.roll_back()) database_.reset();
            return;
        } catch (const PgError& error) {
            handle(error, deadline);
        } catch (...) {
            if (database_ && !database_->roll_back()) database_.reset();
            throw;
        }
    }
}

std::int64_t pg_now_us(PgConnection& database) {
    return database.run("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").integer(0, 0);
}

}  // namespace pipeline
