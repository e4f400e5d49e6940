// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_session.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <new>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/ledger/rows/source_cursor.hpp"
#include "common/ledger/sqlite/ledger_schema.hpp"
#include "common/os/host_name.hpp"

namespace pipeline {
namespace {

// Returns the signed integer with the same bits: SQLite has no unsigned integers.
std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

constexpr std::int64_t kHourUs = std::chrono::microseconds(std::chrono::hours(1)).count();

}  // namespace

LedgerSession::LedgerSession(const std::filesystem::path& path, bool create, const KnownLedger& known)
    : LedgerSession(path, open_ledger_database(path, create, known)) {}

LedgerSession::LedgerSession(const std::filesystem::path& path, OpenLedger opened)
    : path_(path),
      look_(opened.look),
      database_(std::move(opened.database)),
      id_(ledger_id(database_, kLedgerSchemaVersion)),
      host_(host_name()),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      rollback_(database_, "ROLLBACK"),
      find_cookie_(database_, "PRAGMA schema_version"),
      rows_(database_),
      update_source_(database_,
                     "INSERT INTO sources(source, cursor, acquired, updated_at, digest, file)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                     " ON CONFLICT(source) DO UPDATE SET cursor = excluded.cursor,"
                     " digest = excluded.digest, file = excluded.file,"
                     " acquired = acquired + excluded.acquired, updated_at = excluded.updated_at"),
      find_source_(database_, "SELECT source, cursor, digest, file FROM sources WHERE source = ?1"),
      find_list_(database_,
                 "SELECT source, cursor, digest, file FROM sources WHERE file = ?1"
                 " AND instr(source, ?2) = 1 ORDER BY updated_at DESC LIMIT 1"),
      update_generation_(database_,
                         "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at,"
                         " last_first, last_digest, host) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)"
                         " ON CONFLICT(generation) DO UPDATE SET recorded = max(recorded, excluded.recorded),"
                         " added = added + excluded.added, updated_at = excluded.updated_at +"
                         " (updated_at = excluded.updated_at), last_first = excluded.last_first,"
                         " last_digest = excluded.last_digest, host = coalesce(host, excluded.host)"),
      find_generation_(database_, find_last_commit_sql(kLedgerSchemaVersion)),
      chain_(database_) {
    // Without the lock that write() takes: a ledger of many rows has many filters.
    database_.execute("BEGIN");
    rows_.load();
    database_.require_transaction();
    commit_.run();
}

LedgerSession::~LedgerSession() {
    bool has_its_name = false;
    try {
        has_its_name = look_at_ledger(path_).has_same_logs(look_);
    } catch (const std::bad_alloc&) {
        // Out of memory: assume that the log has lost its name.
    }
    if (!has_its_name) database_.keep_log_on_close(true);
}

// Stores `file` first and `log` second, for the reason that the comment on LedgerFiles gives.
void LedgerSession::remember_files(LedgerFiles& files) const noexcept {
    files.file.store(look_.file->identity.position(), std::memory_order_relaxed);
    files.log.store(look_.log->identity.position(), std::memory_order_release);
}

bool LedgerSession::save() noexcept {
    try {
        SqliteStatement checkpoint(database_, "PRAGMA wal_checkpoint(PASSIVE)");
        if (!checkpoint.first_row()) return false;
        const bool is_saved = checkpoint.integer(0) == 0 && checkpoint.integer(1) == checkpoint.integer(2);
        checkpoint.finish();
        return is_saved;
    } catch (const std::exception&) {
        return false;
    }
}

// If this process is killed before the COMMIT, the ledger gets no rows, but some records may have outcomes;
// the next leader sets these outcomes again. If it is killed after the COMMIT, all outcomes are final, and
// the ledger's `recorded` is beyond the segments' `durable`. An interrupted COMMIT may take effect later,
// when SQLite recovers the log. A retry before that sees the same rows, and so sets the same outcomes.
void LedgerSession::write(const RecordRange& records, const CommitContext& context) {
    begin_.run();
    require_schema();
    const std::size_t redone = count_redone(records, context.generation);
    added_ = rows_.insert(records, redone, context);
    write_source(context);
    write_generation(records, context);
    write_link(records, redone, context);
    if (context.check_records) context.check_records();
    commit_.run();
    if (!hourly_) return;
    log(LogLevel::Info, "{}", head_line(path_.native(), *hourly_));
    hourly_.reset();
}

// Checks the schema again if it has changed: a user may change tables or add a trigger while the ledger is in
// use.
void LedgerSession::require_schema() {
    const bool found = find_cookie_.first_row();
    const std::int64_t cookie = found ? find_cookie_.integer(0) : 0;
    find_cookie_.finish();
    if (cookie == schema_cookie_) return;
    static_cast<void>(require_ledger_schema(database_, path_));
    schema_cookie_ = cookie;
}

// Returns how many of `records` this generation's last commit has already written to the ledger.
std::size_t LedgerSession::count_redone(const RecordRange& records, std::uint64_t generation) {
    const LastCommit last = last_commit(generation);
    if (continue_after(last, records) == Continuation::Lacks)
        throw WrongLedger(lacks_text(last, records.first()));
    return pipeline::count_redone(last, records, path_.native());
}

void LedgerSession::write_source(const CommitContext& context) {
    // If a killed leader has made the generation's first commit, the ledger knows the generation, and the
    // repeated commit is like any other.
    const bool begins_anew = context.from_start && !has_generation(context.generation);
    const KnownSource next = source_after(find(find_source_, context.source), begins_anew, context);
    update_source_.bind(1, context.source);
    if (next.cursor) {
        update_source_.bind(2, stored(*next.cursor));
    } else {
        update_source_.bind_null(2);
    }
    update_source_.bind(3, added_);
    update_source_.bind(4, context.clock.now_us());
    const std::string digest = next.digest ? to_text(*next.digest) : std::string();
    update_source_.bind_or_null(5, digest);
    update_source_.bind_or_null(6, next.file);
    update_source_.run();
}

std::optional<KnownSource> LedgerSession::find(SqliteStatement& statement, std::string_view wanted) {
    statement.bind(1, wanted);
    std::optional<KnownSource> found;
    if (statement.first_row()) {
        found.emplace().source = statement.text(0);
        if (!statement.is_null(1)) found->cursor = static_cast<std::uint64_t>(statement.integer(1));
        if (!statement.is_null(2)) found->digest = parse_digest(statement.text(2));
        if (!statement.is_null(3)) found->file = statement.text(3);
    }
    statement.finish();
    return found;
}

std::optional<std::uint64_t> LedgerSession::cursor(std::string_view source) {
    const auto found = find(find_source_, source);
    return found ? found->cursor : std::nullopt;
}

std::optional<KnownSource> LedgerSession::known(std::string_view source, std::string_view file) {
    if (!file.empty()) {
        find_list_.bind(2, source.substr(0, source.find(':') + 1));
        if (auto found = find(find_list_, file)) return found;
    }
    return find(find_source_, source);
}

bool LedgerSession::has_generation(std::uint64_t generation) {
    find_generation_.bind(1, stored(generation));
    const bool found = find_generation_.first_row();
    find_generation_.finish();
    return found;
}

// Writes the generation's row, even if nothing else is new, so that the COMMIT calls fsync. A process killed
// inside its commit may have left a transaction that can be read but has not reached the disk; its rows must
// not be called durable before an fsync. SQLite writes a row only if a value in it changes. So each commit
// sets a new `updated_at`, even if the clock stands still.
void LedgerSession::write_generation(const RecordRange& records, const CommitContext& context) {
    const std::string digest = to_text(digest_of(records));
    update_generation_.bind(1, stored(context.generation));
    update_generation_.bind(2, context.source);
    update_generation_.bind(3, stored(records.end()));
    update_generation_.bind(4, added_);
    update_generation_.bind(5, context.clock.now_us());
    update_generation_.bind(6, stored(records.first()));
    update_generation_.bind(7, digest);
    update_generation_.bind_or_null(8, host_);
    update_generation_.run();
}

// Adds the transaction's link to the generation's chain (commit_chain.hpp). The first one of an hour is
// logged. A transaction that a killed leader has committed has its link already.
void LedgerSession::write_link(const RecordRange& records, std::size_t redone, const CommitContext& context) {
    hourly_.reset();
    const std::uint64_t first = records.first() + redone;
    if (first == records.end()) return;
    SealedCommit commit;
    commit.generation = context.generation;
    commit.first = first;
    commit.recorded = records.end();
    commit.stored_at_us = context.clock.now_us();
    commit.changed = rows_.sealed().rows();
    commit.digest = rows_.sealed().finish();
    const auto before = chain_.last(context.generation);
    const ChainHead head = chain_.append(commit);
    if (before && before->stored_at_us / kHourUs != head.stored_at_us / kHourUs)
        hourly_ = {head.generation, std::string(), head.number, head.stored_at_us, head.head};
}

LastCommit LedgerSession::last_commit(std::uint64_t generation) {
    return read_last_commit(find_generation_, generation);
}

bool LedgerSession::roll_back() noexcept {
    if (!database_.in_transaction()) return true;  // SQLite has rolled back, or no transaction was begun
    try {
        rollback_.run();
    } catch (const std::exception&) {
        return false;
    }
    return !database_.in_transaction();
}

}  // namespace pipeline
