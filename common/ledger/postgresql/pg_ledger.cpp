// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/pg_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/error.hpp"
#include "common/ledger/postgresql/pg_failure.hpp"
#include "common/ledger/postgresql/pg_session.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// A consumer that has not written for so long gives its connection back to the server.
constexpr std::chrono::minutes kRest{1};
// An idle ledger is looked at so often.
constexpr std::chrono::seconds kLookEvery{5};
// A server that is there, and takes longer than the usual wait for a large transaction, gets more time with
// the next attempts. A transaction has a few such waits, one for each round trip.
constexpr std::chrono::milliseconds kLongestAnswerWait{10'000};

[[noreturn]] void wait_for_right_one(const std::string& url, const WrongLedger& wrong) {
    throw LedgerUnavailable(
        fmt::format("ledger {}: {}; put the database back that was in use: the results wait in memory", url,
                    wrong.what()));
}

}  // namespace

PgLedger::PgLedger(std::string url) : PgLedger(std::move(url), OpenLater{}) {
    try {
        session_ = std::make_unique<PgSession>(log_in(url_, true, {}), url_);
    } catch (const PgError& error) {
        throw pg_start_failure(url_, error);
    }
}

PgLedger::PgLedger(std::string url, const KnownLedger& known) : PgLedger(std::move(url), OpenLater{}) {
    try {
        session_ = std::make_unique<PgSession>(log_in(url_, false, known), url_);
        const LastCommit last = session_->last_commit(known.generation);
        if (last.recorded < known.durable) throw WrongLedger(lacks_text(last, known.durable));
    } catch (const PgError& error) {
        throw pg_start_failure(url_, error);
    } catch (const Failure& failure) {
        if (failure.status() == ExitStatus::NoInput) throw WrongLedger("it is not there");
        throw;
    }
}

PgLedger::PgLedger(std::string url, OpenLater)
    : url_(std::move(url)), answer_wait_(PgConnection::kAnswerWait) {}

std::unique_ptr<PgLedger> PgLedger::shared(std::string url) {
    return std::unique_ptr<PgLedger>(new PgLedger(std::move(url), OpenLater{}));
}

PgLedger::~PgLedger() = default;

PgSession& PgLedger::session(const KnownLedger& known) {
    if (session_ != nullptr && !session_->database().is_open()) session_.reset();
    if (session_ == nullptr) {
        try {
            session_ = std::make_unique<PgSession>(log_in(url_, false, known), url_);
        } catch (const Failure& failure) {
            // Not the tables of this ledger: a server that was exchanged, or is being restored.
            throw LedgerUnavailable(fmt::format("{}: the results wait in memory", failure.what()));
        } catch (const WrongLedger& wrong) {
            wait_for_right_one(url_, wrong);
        }
    }
    session_->database().set_answer_wait(answer_wait_);
    used_ = Clock::now();
    return *session_;
}

void PgLedger::drop_broken() noexcept {
    if (session_ != nullptr && !session_->roll_back()) session_.reset();
}

// Runs `action` on a session. After an error, rolls back and throws LedgerUnavailable or Failure, as Ledger's
// functions do.
template <class Action>
auto PgLedger::attempt(const KnownLedger& known, Action&& action) {
    try {
        return action(session(known));
    } catch (const PgError& error) {
        if (error.kind() == PgError::Kind::TimeIsUp)
            answer_wait_ = std::min(answer_wait_ * 2, kLongestAnswerWait);
        // Another host of the URL may take writes: connecting again finds it.
        if (error.kind() == PgError::Kind::ReadOnly) session_.reset();
        drop_broken();
        fail_while_running(url_, error);
    } catch (const WrongLedger& wrong) {
        session_.reset();
        wait_for_right_one(url_, wrong);
    } catch (...) {
        drop_broken();
        throw;
    }
}

void PgLedger::commit(const RecordRange& records, const CommitContext& context) {
    if (records.size() == 0 && !context.cursor) return;
    const KnownLedger known{context.ledger_id, context.generation, records.first(), nullptr};
    attempt(known, [&](PgSession& session) { session.write(records, context); });
    answer_wait_ = std::max(answer_wait_ / 2, PgConnection::kAnswerWait);
}

bool PgLedger::look_after(const KnownLedger& known) {
    leave_to_others();
    if (session_ == nullptr) return false;
    if (Clock::now() - looked_ < kLookEvery) return true;
    const auto used = used_;
    attempt(known, [&](PgSession& session) { session.require_all(known); });
    used_ = used;
    looked_ = Clock::now();
    return true;
}

void PgLedger::leave_to_others() noexcept {
    if (session_ != nullptr && Clock::now() - used_ > kRest) session_.reset();
}

std::optional<std::uint64_t> PgLedger::cursor(std::string_view source) {
    return attempt({}, [&](PgSession& session) {
        const auto found = session.source(source);
        return found ? found->cursor : std::nullopt;
    });
}

std::optional<KnownSource> PgLedger::known(std::string_view source, std::string_view file) {
    return attempt({}, [&](PgSession& session) { return session.known(source, file); });
}

std::optional<LastCommit> PgLedger::last_commit(std::uint64_t generation) {
    return attempt({}, [&](PgSession& session) { return session.last_commit(generation); });
}

std::uint64_t PgLedger::id() {
    return attempt({}, [](PgSession& session) { return session.id(); });
}

}  // namespace pipeline
