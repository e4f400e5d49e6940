// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/sqlite_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <string_view>
#include <thread>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/core/result.hpp"
#include "common/ledger/sqlite/ids/id_check.hpp"
#include "common/ledger/sqlite/ledger_schema.hpp"
#include "common/ledger/sqlite/seal/seal_check.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;
using Log = SqliteConnection::Log;
using Clock = std::chrono::steady_clock;
using Until = std::optional<Clock::time_point>;

constexpr std::chrono::milliseconds kLockWait{1000};
constexpr std::chrono::milliseconds kTryAgain{10};
constexpr std::int64_t kVersionWithHistory = 4;
constexpr std::int64_t kVersionWithChains = 6;

LedgerLook look_before_reading(const std::filesystem::path& path) {
    LedgerLook look = look_at_ledger(path);
    if (!look.file) {
        throw system_failure(
            ExitStatus::NoInput, "ledger", path.string(), look.error,
            look.error == ENOENT ? "name it with --ledger, or start the pipeline first" : "");
    }
    if (const std::string objection = objection_to(look, path); !objection.empty())
        throw Failure(ExitStatus::Configuration, fmt::format("ledger {}: {}", path.string(), objection));
    return look;
}

// Tells whether SQLite must read the log. It must not read an empty log: without a writer, SQLite would retry
// for ten seconds.
Log log_of(const LedgerLook& look) noexcept {
    return look.has_something_in_log() ? Log::Present : Log::None;
}

Failure failure_of(const std::filesystem::path& path, const SqliteError& error) {
    const auto failure = [&](ExitStatus status, std::string_view advice) {
        return Failure(status, fmt::format("ledger {}: {}; {}", path.string(), error.what(), advice));
    };
    switch (error.kind()) {
        case Kind::Busy:
            return failure(ExitStatus::NotDrained, "another program keeps it for itself: try again");
        case Kind::Damaged:
            return failure(ExitStatus::DataError,
                           "restore it from a copy, or save what is left with sqlite3's .recover");
        case Kind::NotDatabase:
            return failure(ExitStatus::Configuration, "name another file");
        case Kind::CannotOpen:
        case Kind::ReadOnly:
            if (log_of(look_at_ledger(path)) == Log::None) break;
            return failure(ExitStatus::InputOutput,
                           "its -wal cannot be read without a -shm: start the pipeline, or look into a copy "
                           "of the file and its -wal");
        case Kind::TimeIsUp:
            return Failure(
                ExitStatus::NotDrained,
                fmt::format("ledger {}: it is too large, or too busy, for an answer within the time "
                            "limit; ask the file with sqlite3",
                            path.string()));
        case Kind::Statement:
        case Kind::Full:
        case Kind::InputOutput:
        case Kind::NoMemory:
        case Kind::Other:
            break;
    }
    return failure(ExitStatus::InputOutput, "it must be readable for this user");
}

// Returns how long to retry after an error that may pass by itself.
std::chrono::milliseconds patience_with(Kind kind) noexcept {
    switch (kind) {
        case Kind::Busy:
            return std::chrono::seconds(10);
        case Kind::CannotOpen:  // the last process that closed the file may just have removed the log
        case Kind::ReadOnly:    // a writer was killed while it wrote the log's index; the next one repairs it
            return std::chrono::seconds(1);
        default:
            return std::chrono::milliseconds(0);
    }
}

std::chrono::milliseconds lock_wait(const Until& until) noexcept {
    using std::chrono::milliseconds;
    if (!until) return kLockWait;
    const auto left = std::chrono::duration_cast<milliseconds>(*until - Clock::now());
    return std::clamp(left, milliseconds(0), kLockWait);
}

}  // namespace

SqliteReader::SqliteReader(const std::filesystem::path& path, Until until)
    : path_(path),
      before_(look_before_reading(path)),
      database_(SqliteConnection::open_for_reading(database_file(path), log_of(before_), lock_wait(until))),
      version_(0) {
    if (until) database_.limit_time(*until);
    database_.execute("BEGIN");  // the snapshot begins with the first read
    if (is_empty_database(database_)) {
        throw Failure(
            ExitStatus::NoInput,
            fmt::format("ledger {}: is empty: its making was cut short; start the pipeline", path.string()));
    }
    version_ = require_ledger_schema(database_, path);
    database_.require_transaction();
}

std::optional<LastCommit> SqliteReader::last_commit(std::uint64_t generation) {
    if (version_ < 2) return std::nullopt;
    SqliteStatement find(database_, find_last_commit_sql(version_));
    return read_last_commit(find, generation);
}

std::uint64_t SqliteReader::id() {
    return ledger_id(database_, version_);
}

// Reads the rows in the order of the table. GROUP BY in SQL would need memory or temporary files for all rows
// at once.
std::vector<SourceBooks> SqliteReader::books() {
    std::map<std::string, SourceBooks, std::less<>> found;
    const auto of = [&](std::string_view source) -> SourceBooks& {
        auto at = found.find(source);
        if (at == found.end()) {
            at = found.try_emplace(std::string(source)).first;
            at->second.source = source;
        }
        return at->second;
    };
    SqliteStatement sources(database_, "SELECT source, cursor, acquired FROM sources");
    while (sources.next_row()) {
        SourceBooks& books = of(sources.text(0));
        if (!sources.is_null(1)) books.cursor = static_cast<std::uint64_t>(sources.integer(1));
        books.acquired = static_cast<std::uint64_t>(sources.integer(2));
    }
    SourceBooks* last = nullptr;  // most rows of a source are adjacent
    SqliteStatement invoices(database_, "SELECT source, status FROM invoices");
    while (invoices.next_row()) {
        const auto source = invoices.text(0);
        if (last == nullptr || last->source != source) last = &of(source);
        const auto status = invoices.text(1);
        ++(status == to_text(Status::Booked)     ? last->booked
           : status == to_text(Status::Rejected) ? last->rejected
           : status == to_text(Status::Waiting)  ? last->waiting
                                                 : last->failed);
    }
    SqliteStatement duplicates(database_, "SELECT source, count(*) FROM duplicates GROUP BY source");
    while (duplicates.next_row())
        of(duplicates.text(0)).duplicates = static_cast<std::uint64_t>(duplicates.integer(1));
    if (version_ >= kVersionWithHistory) {
        SqliteStatement history(database_, "SELECT source, count(*) FROM history GROUP BY source");
        while (history.next_row())
            of(history.text(0)).history = static_cast<std::uint64_t>(history.integer(1));
    }
    if (version_ >= kVersionWithChains) {
        SqliteStatement pruned(database_, "SELECT source FROM pruned");
        last = nullptr;
        while (pruned.next_row()) {
            const auto source = pruned.text(0);
            if (last == nullptr || last->source != source) last = &of(source);
            ++last->pruned;
        }
    }

    std::vector<SourceBooks> books;
    books.reserve(found.size());
    for (auto& [name, each] : found) books.push_back(std::move(each));
    return books;
}

SelfCheck SqliteReader::check_itself(std::size_t most) {
    SelfCheck check;
    SqliteStatement lines(database_, fmt::format("PRAGMA integrity_check({})", most));
    while (lines.next_row()) {
        if (lines.text(0) == "ok") {
            check.proof = "pages, indices and rows of the ledger agree, and no id has two rows";
        } else {
            check.faults.emplace_back(lines.text(0));
        }
    }
    if (check.faults.empty()) check_ids(database_, most, check.faults);
    if (!check.faults.empty()) check.proof.clear();
    return check;
}

SelfCheck SqliteReader::check_seal(std::size_t most, const std::optional<Digest>& head) {
    if (version_ >= kVersionWithChains) return pipeline::check_seal(database_, most, head);
    SelfCheck check;
    if (head) check.faults.emplace_back("it has no commit with a head: its version has no chains");
    return check;
}

void SqliteReader::for_each_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                     const std::function<void(std::uint64_t)>& take) {
    for (const auto* table : {"invoices", "duplicates"}) read_positions(table, source, first, last, take);
    if (version_ >= kVersionWithChains)
        read_positions("(SELECT * FROM pruned WHERE status = 'booked' OR status = 'duplicate')", source,
                       first, last, take);
}

void SqliteReader::for_each_former_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                            const std::function<void(std::uint64_t)>& take) {
    if (version_ >= kVersionWithHistory) read_positions("history", source, first, last, take);
    if (version_ >= kVersionWithChains)
        read_positions("(SELECT * FROM pruned WHERE status <> 'booked' AND status <> 'duplicate')", source,
                       first, last, take);
}

void SqliteReader::read_positions(const char* table, std::string_view source, std::uint64_t first,
                                  std::uint64_t last, const std::function<void(std::uint64_t)>& take) {
    SqliteStatement positions(
        database_,
        fmt::format("SELECT position FROM {} WHERE source = ?1 AND position BETWEEN ?2 AND ?3", table));
    positions.bind(1, source);
    positions.bind(2, static_cast<std::int64_t>(first));
    positions.bind(3, static_cast<std::int64_t>(last));
    while (positions.next_row()) take(static_cast<std::uint64_t>(positions.integer(0)));
}

bool SqliteReader::is_undisturbed() const {
    if (log_of(before_) == Log::Present) return true;
    const LedgerLook now = look_at_ledger(path_);
    return log_of(now) == Log::None && now.has_same_file(before_) && now.file->bytes == before_.file->bytes &&
           now.file->modified_ns == before_.file->modified_ns;
}

void read_sqlite_ledger(const std::filesystem::path& path, const std::function<void(SqliteReader&)>& read,
                        Until until) {
    const auto began = Clock::now();
    for (;; std::this_thread::sleep_for(kTryAgain)) {
        const auto waited = Clock::now() - began;
        const bool is_late = until && Clock::now() >= *until;
        bool undisturbed = true;
        try {
            SqliteReader reader(path, until);
            try {
                read(reader);
                undisturbed = reader.is_undisturbed();
            } catch (const SqliteError&) {
                undisturbed = reader.is_undisturbed();  // a concurrent write may have caused the error
                if (undisturbed) throw;
            }
        } catch (const SqliteError& error) {
            if (is_late || waited >= patience_with(error.kind())) throw failure_of(path, error);
            continue;
        }
        if (undisturbed) return;
        if (is_late || waited >= patience_with(Kind::Busy)) {
            throw Failure(ExitStatus::NotDrained,
                          fmt::format("ledger {}: others keep writing it: try again", path.string()));
        }
    }
}

}  // namespace pipeline
