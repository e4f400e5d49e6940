// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/pg_session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/ledger/postgresql/pg_answers.hpp"
#include "common/ledger/postgresql/rows/pg_repeats.hpp"
#include "common/ledger/postgresql/seal/pg_chain.hpp"
#include "common/ledger/rows/source_cursor.hpp"
#include "common/os/host_name.hpp"

namespace pipeline {
namespace {

constexpr std::int64_t kHourUs = std::chrono::microseconds(std::chrono::hours(1)).count();

// Clocks drift, and are set.
constexpr std::chrono::seconds kMeasureEvery{10};
constexpr std::int64_t kQuickAnswerUs = 200'000;

// The results of the opening, counted from the first statement of a transaction (PgConnection::begin() has
// two).
enum OpeningResult : std::uint8_t {
    LedgerName = 2,
    Locks,
    Additions,
    MakeGeneration,
    Generation,
    Source,
    Chain,
    Pruned,
    WorkTable,  // only of a source in the ledger
};

// Asked once more behind the INSERT of the fresh records: a prune may have ended while that waited for it.
constexpr const char* kHasPruned = "SELECT EXISTS(SELECT 1 FROM pruned)";

bool moves_cursor(const CommitContext& context) noexcept {
    return context.cursor || context.from_start;
}

}  // namespace

PgSession::PgSession(PgLogin login, std::string name)
    : database_(std::move(login.database)),
      id_(login.id),
      name_(std::move(name)),
      host_(host_name()),
      judge_(database_, values_) {}

// If this process is killed before the COMMIT, the ledger gets no rows, but some records may have outcomes;
// the next leader sets these outcomes again. If it is killed after the COMMIT, all outcomes are final, and
// the ledger's `recorded` is beyond the segments' `durable`.
void PgSession::write(const RecordRange& records, const CommitContext& context) {
    CommitContext here = context;
    here.clock = context.clock.ahead_by(server_ahead_us());
    commit(records, here);
}

std::int64_t PgSession::server_ahead_us() {
    // Compared with the steady clock, which nobody sets.
    const auto steady_us = [] { return static_cast<std::int64_t>(monotonic_ns() / 1000); };
    const auto now = std::chrono::steady_clock::now();
    if (!measured_ || now - *measured_ >= kMeasureEvery) {
        const std::int64_t before = steady_us();
        const PgResult server =
            database_.run("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
        const std::int64_t after = steady_us();
        server_minus_steady_us_ = server.integer(0, 0) - (before + after) / 2;
        // An answer that took long says little about the moment: it is used once.
        measured_ = after - before < kQuickAnswerUs ? std::optional(now) : std::nullopt;
    }
    return server_minus_steady_us_ + steady_us() - wall_us();
}

void PgSession::commit(const RecordRange& records, const CommitContext& context) {
    values_.begin(context);
    removal_.begin(context.source);
    Opening opening;
    insert_fresh(records, context, opening);
    const bool is_plain = inserted_ == batch_.fresh() && batch_.is_all_fresh() && !opening.has_pruned;
    if (!is_plain && !batch_.entries().empty()) judge_.look_up(inserted_, opening.has_pruned);
    judge_.decide();
    judge_.send_decisions();
    if (moves_cursor(context)) send_source(opening, context);
    send_generation(records, context);
    send_link(opening, records, redone_, context);
    if (context.check_records) context.check_records();
    removal_.send(database_, records);
    try {
        database_.commit();
    } catch (const PgError& error) {
        throw removal_.error_of(error);
    }
    followed_ = context.generation;
    if (!hourly_) return;
    log(LogLevel::Info, "{}", head_line(name_, *hourly_));
    hourly_.reset();
}

void PgSession::send_opening(const CommitContext& context) {
    database_.begin();
    database_.send("SELECT ledger FROM schema");
    // The locks that the statements below take anyway: behind them, nobody adds a trigger until the COMMIT.
    database_.send(
        "LOCK TABLE generations, sources, invoices, history, duplicates, bodies, commits"
        " IN ROW EXCLUSIVE MODE");
    database_.send(pg_additions_sql());
    database_.send(
        "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at, host)"
        " VALUES($1, $2, 0, 0, $3, $3, $4) ON CONFLICT (generation) DO NOTHING",
        PgParameters()
            .add(context.generation)
            .add(context.source)
            .add(context.clock.now_us())
            .add(std::string_view(host_)));
    database_.send(
        "SELECT recorded, last_first, last_digest FROM generations WHERE generation = $1 FOR UPDATE",
        PgParameters().add(context.generation));
    // The row of a source that hosts share has no cursor: it keeps nobody waiting.
    database_.send(std::string(kSelectKnownSource) + (moves_cursor(context) ? " FOR UPDATE" : ""),
                   PgParameters().add(context.source));
    database_.send(
        "SELECT number, recorded, stored_at, head FROM commits WHERE generation = $1"
        " ORDER BY number DESC LIMIT 1",
        PgParameters().add(context.generation));
    database_.send(kHasPruned);
    removal_.send_question(database_);
}

PgSession::Opening PgSession::read_opening(const std::vector<PgResult>& results,
                                           const CommitContext& context) {
    require_pg_ledger(results[LedgerName], context.ledger_id);
    require_no_additions(results[Additions], name_);
    Opening opening;
    opening.is_new = results[MakeGeneration].changes() == 1;
    opening.last = last_commit_in(results[Generation]);
    opening.source = known_source_in(results[Source]);
    if (const PgResult& chain = results[Chain]; chain.rows() != 0) {
        opening.head = {0, static_cast<std::uint64_t>(chain.integer(0, 0)),
                        static_cast<std::uint64_t>(chain.integer(0, 1)), chain.integer(0, 2),
                        chain.digest(0, 3)};
    }
    opening.has_pruned = results[Pruned].boolean(0, 0);
    removal_.take_answer(results, WorkTable);
    return opening;
}

// Returns how many of the records the last leader has committed.
std::size_t PgSession::require_follows(const Opening& opening, const RecordRange& records) const {
    if (continue_after(opening.last, records) == Continuation::Lacks) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("ledger {}: {}; a standby that was behind may have taken over: see which "
                                  "server has the rest",
                                  name_, lacks_text(opening.last, records.first())));
    }
    return count_redone(opening.last, records, name_);
}

// Begins the transaction, and inserts the fresh records. A session that has written the generation's last
// commit does both in one round trip.
void PgSession::insert_fresh(const RecordRange& records, const CommitContext& context, Opening& opening) {
    redone_ = 0;
    inserted_ = 0;
    verdicts_.clear();
    batch_.begin(records, 0, values_);
    const bool repeats = may_repeat(records, batch_, context.same_number);
    const bool is_known = std::exchange(followed_, std::nullopt) == context.generation && !repeats;
    send_opening(context);
    if (!is_known) {
        opening = read_opening(database_.finish(), context);
        redone_ = require_follows(opening, records);
        if (redone_ != 0) batch_.begin(records, redone_, values_);
        if (repeats && !batch_.entries().empty())
            verdicts_ = find_repeats(database_, records, batch_, values_, context.same_number);
    }
    judge_.begin(records, batch_, verdicts_, context);
    const bool has_fresh = batch_.fresh() != 0;
    if (has_fresh) {
        judge_.send_fresh();
        database_.send(kHasPruned);
    }
    if (!is_known && !has_fresh) return;
    const auto results = database_.finish();
    if (is_known) opening = read_opening(results, context);
    if (has_fresh) {
        inserted_ = results[results.size() - 2].changes();
        opening.has_pruned = results.back().boolean(0, 0);
    }
    if (!is_known) return;
    if (require_follows(opening, records) == 0) return;
    // The session's last commit is given again, or another leader has written meanwhile: begin anew.
    if (!database_.roll_back()) throw PgError(PgError::Kind::Unreachable, "the connection is lost");
    insert_fresh(records, context, opening);
}

void PgSession::send_source(const Opening& opening, const CommitContext& context) {
    const KnownSource next = source_after(opening.source, context.from_start && opening.is_new, context);
    PgParameters parameters;
    parameters.add(context.source).add(context.clock.now_us());
    if (next.cursor) {
        parameters.add(*next.cursor);
    } else {
        parameters.add_null_integer();
    }
    const std::string digest = next.digest ? to_text(*next.digest) : std::string();
    for (const std::string& text : {digest, next.file}) {
        if (text.empty()) {
            parameters.add_null_text();
        } else {
            parameters.add_own(text);
        }
    }
    database_.send(
        "INSERT INTO sources(source, updated_at, cursor, digest, file) VALUES($1, $2, $3, $4, $5)"
        " ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, digest = excluded.digest,"
        " file = excluded.file, updated_at = excluded.updated_at",
        parameters);
}

// The row is written even if nothing else is new: a COMMIT is durable only if it has written something, and
// rows of a leader that was cut off in its COMMIT must not be called durable before.
void PgSession::send_generation(const RecordRange& records, const CommitContext& context) {
    const std::string digest = to_text(digest_of(records));
    database_.send(
        "UPDATE generations SET recorded = greatest(recorded, $2), added = added + $3,"
        " updated_at = $4, last_first = $5, last_digest = $6 WHERE generation = $1",
        PgParameters()
            .add(context.generation)
            .add(records.end())
            .add(judge_.added())
            .add(context.clock.now_us())
            .add(records.first())
            .add(std::string_view(digest)));
}

// Adds the transaction's link to the generation's chain. The first one of an hour is logged. A transaction
// that a killed leader has committed has its link already.
void PgSession::send_link(const Opening& opening, const RecordRange& records, std::size_t redone,
                          const CommitContext& context) {
    hourly_.reset();
    const std::uint64_t first = records.first() + redone;
    if (first == records.end()) return;
    RowsDigest rows;
    for (const auto& digest : judge_.sealed()) {
        if (digest) rows.add(*digest);
    }
    SealedCommit commit;
    commit.generation = context.generation;
    commit.first = first;
    commit.recorded = records.end();
    commit.stored_at_us = context.clock.now_us();
    commit.changed = rows.rows();
    commit.digest = rows.finish();
    const std::uint64_t number = opening.head ? opening.head->number + 1 : 1;
    const std::string heads = opening.head ? std::string() : take_in_others(database_, context.generation);
    const Digest head = head_of(commit, number, heads, opening.head ? opening.head->head : Digest{});
    send_commit(database_, commit, number, heads, head);
    if (opening.head && opening.head->stored_at_us / kHourUs != commit.stored_at_us / kHourUs)
        hourly_ = {commit.generation, std::string(), number, commit.stored_at_us, head};
}

bool PgSession::roll_back() noexcept {
    followed_.reset();
    return database_.roll_back();
}

}  // namespace pipeline
