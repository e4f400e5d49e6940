// SPDX-License-Identifier: Apache-2.0
#include "common/ledger_reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <map>
#include <string_view>
#include <thread>

#include "common/error.hpp"
#include "common/ledger_schema.hpp"
#include "common/printable.hpp"
#include "common/result.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;
using Log = SqliteConnection::Log;

constexpr std::chrono::milliseconds kLockWait{1000};
constexpr std::chrono::milliseconds kTryAgain{10};

std::string log_path(const std::filesystem::path& path) {
    return database_file(path).native() + "-wal";
}

using FileStatus = struct stat;

FileStatus status_of(const std::filesystem::path& path) {
    FileStatus status{};
    if (::stat(path.c_str(), &status) != 0) {
        throw system_failure(ExitStatus::NoInput, "ledger", path.string(), errno,
                             errno == ENOENT ? "name it with --ledger, or start the pipeline first" : "");
    }
    return status;
}

// Opening a FIFO or a device may wait for ever: nothing but a file is opened, neither in the ledger's place
// nor beside it.
void require_file(const std::filesystem::path& path) {
    FileStatus status{};
    if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: is no file; name another one, or put the ledger back",
                              printable(path.native())));
}

FileStatus status_of_files(const std::filesystem::path& path) {
    const FileStatus status = status_of(path);
    require_file(path);
    for (const auto* suffix : {"-wal", "-shm", "-journal"})
        require_file(database_file(path).native() + suffix);
    return status;
}

// A log of a header alone holds nothing. (And SQLite would try for ten seconds to read it without its
// writers.)
Log log_of(const std::filesystem::path& path) {
    constexpr off_t kHeaderBytes = 32;  // https://www.sqlite.org/fileformat2.html#walformat
    FileStatus status{};
    const bool holds_something =
        ::stat(log_path(path).c_str(), &status) == 0 && status.st_size > kHeaderBytes;
    return holds_something ? Log::Present : Log::None;
}

bool is_same(const FileStatus& one, const FileStatus& other) noexcept {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
           one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
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
            if (log_of(path) == Log::None) break;
            return failure(ExitStatus::InputOutput,
                           "its -wal cannot be read without a -shm: start the pipeline, or look into a copy "
                           "of the file and its -wal");
        case Kind::Statement:
        case Kind::Full:
        case Kind::InputOutput:
        case Kind::NoMemory:
        case Kind::Other:
            break;
    }
    return failure(ExitStatus::InputOutput, "it must be readable for this user");
}

// How long what may pass by itself is waited for.
std::chrono::milliseconds patience_with(Kind kind) noexcept {
    switch (kind) {
        case Kind::Busy:
            return std::chrono::seconds(10);
        case Kind::CannotOpen:  // the last one to close the file has removed the log just now
        case Kind::ReadOnly:    // a writer was killed in the log's index: the next writer mends it
            return std::chrono::seconds(1);
        default:
            return std::chrono::milliseconds(0);
    }
}

}  // namespace

LedgerReader::LedgerReader(const std::filesystem::path& path)
    : path_(path),
      before_(status_of_files(path)),
      log_(log_of(path)),
      database_(SqliteConnection::open_for_reading(path, log_, kLockWait)),
      version_(0) {
    database_.execute("BEGIN");  // the snapshot begins with the first read
    if (is_empty_database(database_)) {
        throw Failure(
            ExitStatus::NoInput,
            fmt::format("ledger {}: is empty: its making was cut short; start the pipeline", path.string()));
    }
    version_ = ledger_schema_version(database_, path);
}

std::optional<LastCommit> LedgerReader::last_commit(std::uint64_t generation) {
    if (version_ < 2) return std::nullopt;
    SqliteStatement find(database_, find_last_commit_sql(version_));
    return read_last_commit(find, generation);
}

std::uint64_t LedgerReader::id() {
    return version_ < 3 ? 0 : ledger_id(database_);
}

// In the order of the table, without sorting: grouped by SQL it would need memory, or temporary files, for
// all rows at once.
std::vector<SourceBooks> LedgerReader::books() {
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
    SourceBooks* last = nullptr;  // rows of one source mostly lie together
    SqliteStatement invoices(database_, "SELECT source, status FROM invoices");
    while (invoices.next_row()) {
        const auto source = invoices.text(0);
        if (last == nullptr || last->source != source) last = &of(source);
        const auto status = invoices.text(1);
        ++(status == to_text(Status::Booked)     ? last->booked
           : status == to_text(Status::Rejected) ? last->rejected
                                                 : last->failed);
    }
    SqliteStatement duplicates(database_, "SELECT source, count(*) FROM duplicates GROUP BY source");
    while (duplicates.next_row())
        of(duplicates.text(0)).duplicates = static_cast<std::uint64_t>(duplicates.integer(1));

    std::vector<SourceBooks> books;
    books.reserve(found.size());
    for (auto& [name, each] : found) books.push_back(std::move(each));
    return books;
}

bool LedgerReader::is_undisturbed() const {
    return log_ == Log::Present || (log_of(path_) == Log::None && is_same(before_, status_of(path_)));
}

void read_ledger(const std::filesystem::path& path, const std::function<void(LedgerReader&)>& read) {
    const auto began = std::chrono::steady_clock::now();
    for (;; std::this_thread::sleep_for(kTryAgain)) {
        const auto waited = std::chrono::steady_clock::now() - began;
        bool undisturbed = true;
        try {
            LedgerReader reader(path);
            try {
                read(reader);
                undisturbed = reader.is_undisturbed();
            } catch (const SqliteError&) {
                undisturbed = reader.is_undisturbed();  // what looked wrong may just have been written
                if (undisturbed) throw;
            }
        } catch (const SqliteError& error) {
            if (waited >= patience_with(error.kind())) throw failure_of(path, error);
            continue;
        }
        if (undisturbed) return;
        if (waited >= patience_with(Kind::Busy)) {
            throw Failure(ExitStatus::NotDrained,
                          fmt::format("ledger {}: others keep writing it: try again", path.string()));
        }
    }
}

}  // namespace pipeline
