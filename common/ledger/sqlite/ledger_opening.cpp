// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_opening.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/ledger/sqlite/engine/sqlite_vfs.hpp"
#include "common/ledger/sqlite/ids/planner.hpp"
#include "common/ledger/sqlite/ledger_making.hpp"
#include "common/ledger/sqlite/ledger_schema.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// How long a call may wait for a lock. It is short, because a flush leader must still react to signals.
constexpr std::chrono::milliseconds kLockWait{250};
constexpr std::chrono::milliseconds kLookAgain{10};

void require_no_objection(const LedgerLook& look, const std::filesystem::path& path) {
    const bool is_folder = look.file && S_ISDIR(look.file->mode);
    if (const std::string objection = objection_to(look, path); !objection.empty())
        throw Failure(is_folder ? ExitStatus::CannotCreate : ExitStatus::Configuration,
                      fmt::format("ledger {}: {}", path.string(), objection));
}

LedgerLook look_before_opening(const std::filesystem::path& path) {
    LedgerLook look = look_at_ledger(path);
    if (look.file && look.file->links > 1) {
        remove_name_of_making(path, look.file->identity);
        look = look_at_ledger(path);
    }
    require_no_objection(look, path);
    return look;
}

// Throws WrongLedger if the log at the path is not the log of the file at the path. SQLite does not check
// that: it would replay the log over any file that has the ledger's name.
void require_own_log(const LedgerLook& look, const KnownLedger& known, const std::filesystem::path& path) {
    if ((!look.file || look.file->bytes == 0) && look.has_something_in_log()) {
        throw WrongLedger(fmt::format("it is {}, and its log is not: put the file back beside {}-wal",
                                      look.file ? "empty" : "gone", path.string()));
    }
    if (known.files == nullptr || !look.file || !look.log) return;
    const std::uint64_t file = known.files->file.load(std::memory_order_relaxed);
    const std::uint64_t log = known.files->log.load(std::memory_order_relaxed);
    if (file == 0 || look.file->identity.position() == file || look.log->identity.position() != log) return;
    throw WrongLedger(fmt::format(
        "another file is in its place, and {}-wal is still the log of the one before", path.string()));
}

// False if this generation has used this file, but with another log than the one that is there now.
bool is_known_log(const LedgerLook& look, const KnownLedger& known) {
    return known.files == nullptr ||
           look.file->identity.position() != known.files->file.load(std::memory_order_relaxed) ||
           look.log->identity.position() == known.files->log.load(std::memory_order_relaxed);
}

// Writes the log's identity into the segments if this generation uses the file. Every process that opens the
// file must do so, not only the flush leader. The last process that closes the file removes the log, so the
// next one to open it creates a new log, which all others must recognise as the file's log. Changes nothing
// if a leader has meanwhile written another identity.
void remember_log(const LedgerLook& opened, const KnownLedger& known) {
    if (known.files == nullptr) return;
    std::uint64_t then = known.files->log.load(std::memory_order_acquire);
    if (known.files->file.load(std::memory_order_relaxed) != opened.file->identity.position()) return;
    known.files->log.compare_exchange_strong(then, opened.log->identity.position(), std::memory_order_release,
                                             std::memory_order_relaxed);
}

// Throws SqliteError Busy if another process has the file open with a log or an index that is no longer at
// the path. Only that process can reach the contents of its log, and a second log at the path would destroy
// the file.
void require_log_of_others(LedgerLook& look, const KnownLedger& known, const std::filesystem::path& path) {
    const auto is_complete = [&] { return look.log && look.index && is_known_log(look, known); };
    // Wait for a while: another process may be opening or closing the file right now.
    for (auto left = kLockWait; left > left.zero(); left -= kLookAgain) {
        if (!look.file || is_complete() || !is_open_elsewhere(database_file(path))) return;
        std::this_thread::sleep_for(kLookAgain);
        look = look_at_ledger(path);
    }
    if (!look.file || is_complete()) return;
    throw SqliteError(Kind::Busy, fmt::format("{}-{} is {}, and others still have the file open",
                                              path.string(), look.log && !look.index ? "shm" : "wal",
                                              look.log && look.index ? "another one than theirs" : "gone"));
}

void require_known(SqliteConnection& database, std::int64_t version, const KnownLedger& known) {
    if (known.id != 0 && ledger_id(database, version) != known.id)
        throw WrongLedger("it is another ledger than the one that this pipeline writes to");
    if (known.durable == 0 || version < 2) return;
    SqliteStatement find(database, find_last_commit_sql(version));
    const LastCommit last = read_last_commit(find, known.generation);
    if (last.recorded < known.durable) throw WrongLedger(lacks_text(last, known.durable));
}

// Turns on write-ahead logging, which is a property of the file. The rollback journal of this change may stay
// in memory, because the change writes only the first sector of the first page. An empty database gets its
// file header here.
void use_write_ahead_log(SqliteConnection& database, const std::filesystem::path& path) {
    std::string mode = database.query_text("PRAGMA journal_mode");
    if (mode != "wal") {
        database.execute("PRAGMA journal_mode = MEMORY");
        mode = database.query_text("PRAGMA journal_mode = WAL");
    }
    if (mode == "wal") return;
    throw Failure(ExitStatus::CannotCreate,
                  fmt::format("ledger {}: its file system cannot hold a write-ahead log (journal mode "
                              "stays {}); use a local file system",
                              path.string(), mode));
}

// Upgrades the file from its version (none if it is empty) to this program's version in one transaction: a
// kill leaves the file at one of the two versions. Several processes may try at once; the later ones find
// nothing to do.
void bring_up_to_date(SqliteConnection& database, const std::filesystem::path& path) {
    database.execute("BEGIN IMMEDIATE");
    const auto found = is_empty_database(database) ? 0 : require_ledger_schema(database, path);
    if (found != 0) require_free_names(database, path, found);
    database.require_transaction();
    make_ledger_schema(database, found, kLedgerSchemaVersion);
    database.execute("COMMIT");
}

// Somebody has dropped SQLite's statistics, or had them made when the ledger was nearly empty. If another
// process is writing now, the next opening does it.
void mend_statistics(SqliteConnection& database) {
    try {
        database.execute("BEGIN IMMEDIATE");
        tell_planner(database);
        database.execute("COMMIT");
    } catch (const SqliteError& error) {
        if (database.in_transaction()) database.execute("ROLLBACK");
        if (error.kind() != Kind::Busy && error.kind() != Kind::ReadOnly) throw;
    }
}

// Makes the names of the file and its log durable. SQLite does this only once: in the process that created
// the log, at that process's first sync. If that process is killed before, a power cut could lose the log
// with every commit in it. Call it after the first read of the file, which creates the log.
void sync_folder(const std::filesystem::path& path) {
    const auto folder = database_file(path).parent_path();
    const UniqueFd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return;  // this user may search the folder but not read it: rely on the file system
    if (::fsync(fd.get()) == 0 || errno == EINVAL) return;
    throw SqliteError(Kind::InputOutput,
                      fmt::format("fsync of the directory {}: {}", folder.string(), error_text(errno)));
}

// Throws if the file cannot be written. Busy is no error here: another process is writing, so the file is
// writable. Checks for a read-only file first: on such a file, BEGIN IMMEDIATE succeeds and begins a read
// transaction.
void check_writable(SqliteConnection& database) {
    if (database.is_read_only()) throw SqliteError(Kind::ReadOnly, "it can only be read");
    try {
        database.execute("BEGIN IMMEDIATE; ROLLBACK");
    } catch (const SqliteError& error) {
        if (error.kind() != Kind::Busy) throw;
    }
}

// Sets the connection's parameters. Measurements: larger pages gain nothing. The cache of 8 MiB
// holds the index of the newest slice (id_slices.hpp); SQLite's default of 2 MiB does not, and random ids
// take a tenth longer; a larger one gains nothing. A checkpoint at 4,000 pages (16 MB) stalls its commit for
// about 20 ms, and saves three quarters of the fsyncs that SQLite's default needs. If a slow reader has let
// the log grow, SQLite truncates it to 64 MiB when it restarts the log.
void set_up(SqliteConnection& database) {
    database.execute(
        "PRAGMA synchronous = FULL;"
        "PRAGMA cache_size = -8192;"
        "PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864");
}

}  // namespace

OpenLedger open_ledger_database(const std::filesystem::path& path, bool create, const KnownLedger& known) {
    LedgerLook look = look_before_opening(path);
    require_own_log(look, known, path);
    if (create && !look.file && look.error == ENOENT) {
        make_ledger_file(database_file(path));
        look = look_before_opening(path);
    }
    require_log_of_others(look, known, path);
    auto database = SqliteConnection::open_ledger(database_file(path), kLockWait);
    database.keep_log_on_close(true);  // keep the log until it is known to be this file's
    std::int64_t version = 0;
    database.execute("BEGIN");  // read one snapshot: another process may be upgrading the file
    if (!create || !is_empty_database(database)) {
        version = require_ledger_schema(database, path);
        require_known(database, version, known);
    }
    database.require_transaction();
    database.execute("COMMIT");
    use_write_ahead_log(database, path);  // a copy made by VACUUM INTO does not have it on
    if (version < kLedgerSchemaVersion) bring_up_to_date(database, path);
    if (!planner_knows_slices(database)) mend_statistics(database);
    set_up(database);
    check_writable(database);
    sync_folder(path);
    const LedgerLook opened = look_at_ledger(path);
    if (!opened.has_same_file(look) || !opened.log || !opened.index || database.file_moved())
        throw SqliteError(Kind::Busy, "somebody has moved or exchanged it while it was opened");
    remember_log(opened, known);
    database.keep_log_on_close(false);
    return {std::move(database), opened};
}

}  // namespace pipeline
