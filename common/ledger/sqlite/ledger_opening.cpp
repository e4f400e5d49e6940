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
#include "common/ledger/sqlite/ledger_making.hpp"
#include "common/ledger/sqlite/ledger_schema.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// How long a call may wait for a lock: a flush leader must still react to signals.
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

// A log belongs to one file. SQLite does not know which, and replays the log over any file of that name.
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

// False if this log appeared beside the file while this generation was using another log.
bool is_known_log(const LedgerLook& look, const KnownLedger& known) {
    return known.files == nullptr ||
           look.file->identity.position() != known.files->file.load(std::memory_order_relaxed) ||
           look.log->identity.position() == known.files->log.load(std::memory_order_relaxed);
}

// A process that has the file open also has log and index open. If these lost their names, only that process
// can reach their contents, and a second log beside them would destroy the file.
void require_log_of_others(LedgerLook& look, const KnownLedger& known, const std::filesystem::path& path) {
    const auto is_complete = [&] { return look.log && look.index && is_known_log(look, known); };
    // Another process may be opening or closing the file right now.
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

// Turns on write-ahead logging, a property of the file. A journal in memory suffices for this: only the first
// sector of the first page changes. An empty database gets its file header here.
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

// Upgrades the file from its version (none if it is empty) to this program's in one transaction: a kill
// leaves one or the other. Several processes may try at once; the second finds nothing to do.
void bring_up_to_date(SqliteConnection& database, const std::filesystem::path& path) {
    database.execute("BEGIN IMMEDIATE");
    const auto found = is_empty_database(database) ? 0 : require_ledger_schema(database, path);
    make_ledger_schema(database, found, kLedgerSchemaVersion);
    database.execute("COMMIT");
}

// Makes the names of the file and its log durable. SQLite does this only once, in the process that created
// the log, at its first sync. If that process was killed before, a power cut could lose the log with every
// commit in it. The log exists once the file has been read.
void sync_folder(const std::filesystem::path& path) {
    const auto folder = database_file(path).parent_path();
    const UniqueFd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return;  // the folder may be searchable but not readable: rely on the file system
    if (::fsync(fd.get()) == 0 || errno == EINVAL) return;
    throw SqliteError(Kind::InputOutput,
                      fmt::format("fsync of the directory {}: {}", folder.string(), error_text(errno)));
}

// Throws if the file cannot be written. Busy proves that it can: another process is writing. Checks for a
// read-only file first: there BEGIN IMMEDIATE would begin a read transaction.
void check_writable(SqliteConnection& database) {
    if (database.is_read_only()) throw SqliteError(Kind::ReadOnly, "it can only be read");
    try {
        database.execute("BEGIN IMMEDIATE; ROLLBACK");
    } catch (const SqliteError& error) {
        if (error.kind() != Kind::Busy) throw;
    }
}

// Measured: larger pages gain nothing, and a larger cache only for random ids and only while the same
// process leads each flush (another's commit empties it). A checkpoint at 4,000 pages (16 MB) stalls
// its commit for about 20 ms and saves three quarters of the default's fsyncs. If a slow reader let the
// log grow, SQLite truncates it to 64 MiB when it restarts the log.
void set_up(SqliteConnection& database) {
    database.execute(
        "PRAGMA synchronous = FULL;"
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
    database.keep_log_on_close(true);  // until the log is known to be ours
    std::int64_t version = 0;
    database.execute("BEGIN");  // one snapshot: another process may be upgrading the file
    if (!create || !is_empty_database(database)) {
        version = require_ledger_schema(database, path);
        require_known(database, version, known);
    }
    database.execute("COMMIT");
    use_write_ahead_log(database, path);  // a copy made by VACUUM INTO has none
    if (version < kLedgerSchemaVersion) bring_up_to_date(database, path);
    set_up(database);
    check_writable(database);
    sync_folder(path);
    const LedgerLook opened = look_at_ledger(path);
    if (!opened.has_same_file(look) || !opened.log || !opened.index || database.file_moved())
        throw SqliteError(Kind::Busy, "somebody has moved or exchanged it while it was opened");
    database.keep_log_on_close(false);
    return {std::move(database), opened};
}

}  // namespace pipeline
