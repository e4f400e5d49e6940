// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite_ledger.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "common/error.hpp"
#include "common/ledger_schema.hpp"
#include "common/ledger_session.hpp"
#include "common/shortage.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// A start waits so long for a program that keeps the ledger for itself.
constexpr std::chrono::seconds kLockWait{5};

// SQLite seldom tells which error the system gave it.
constexpr std::string_view kSeeElsewhere = "see the system's log, the quota and ulimit -f";

// What is to be done about it, for an error that time or the user may mend.
std::string_view advice_while_running(const SqliteError& error) noexcept {
    if (const auto advice = advice_for_shortage(error.system_error()); !advice.empty()) return advice;
    switch (error.kind()) {
        case Kind::Busy:
            return "another program holds the lock";
        case Kind::Full:
            return "free some space";
        case Kind::InputOutput:
            return kSeeElsewhere;
        case Kind::NoMemory:
            return advice_for_shortage(ENOMEM);
        case Kind::CannotOpen:
            return "put the file back where it was";
        case Kind::ReadOnly:
            return "make it writable again";
        case Kind::Damaged:
        case Kind::NotDatabase:
        case Kind::Statement:
        case Kind::Other:
            break;
    }
    return {};
}

[[noreturn]] void fail_damaged(const std::filesystem::path& path, const SqliteError& error) {
    const auto* advice = error.kind() == Kind::NotDatabase
                             ? "name another file"
                             : "restore it from a copy, or save what is left with sqlite3's .recover";
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: {}; {}", path.string(), error.what(), advice));
}

// An error of a ledger that has been opened.
[[noreturn]] void fail_while_running(const std::filesystem::path& path, const SqliteError& error) {
    switch (error.kind()) {
        case Kind::Damaged:
        case Kind::NotDatabase:
            fail_damaged(path, error);
        case Kind::Statement:
            fail_not_a_ledger(path, error.what());
        case Kind::Other:
            throw Failure(ExitStatus::InputOutput, fmt::format("ledger {}: {}", path.string(), error.what()));
        case Kind::Busy:
        case Kind::Full:
        case Kind::InputOutput:
        case Kind::NoMemory:
        case Kind::CannotOpen:
        case Kind::ReadOnly:
            break;
    }
    throw LedgerUnavailable(fmt::format("ledger {}: {}; {}: the results wait in memory", path.string(),
                                        error.what(), advice_while_running(error)));
}

[[noreturn]] void fail_mismatch(const std::filesystem::path& path, const LedgerMismatch& mismatch) {
    if (mismatch.how() == Continuation::Lacks) {
        throw LedgerUnavailable(
            fmt::format("ledger {}: {}; put back the file that was in use: the results wait in memory",
                        path.string(), mismatch.what()));
    }
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: {}; put back what belongs together, or remove the segments and let "
                              "the source give again what the ledger lacks",
                              path.string(), mismatch.what()));
}

// An error of opening.
[[noreturn]] void fail_to_open(const std::filesystem::path& path, const SqliteError& error) {
    switch (error.kind()) {
        case Kind::Damaged:
        case Kind::NotDatabase:
            fail_damaged(path, error);
        case Kind::Statement:
            fail_not_a_ledger(path, error.what());
        case Kind::Busy:
        case Kind::Full:
        case Kind::InputOutput:
        case Kind::NoMemory:
        case Kind::CannotOpen:
        case Kind::ReadOnly:
        case Kind::Other:
            break;
    }
    std::error_code unknown;
    std::string why = error.what();
    const auto advice = advice_for_shortage(error.kind() == Kind::Full       ? ENOSPC
                                            : error.kind() == Kind::NoMemory ? ENOMEM
                                                                             : error.system_error());
    if (error.kind() == Kind::Busy) {
        why += "; end the program that holds it";
    } else if (!advice.empty()) {
        why += fmt::format("; {}", advice);
    } else if (const auto folder = path.parent_path();
               !std::filesystem::exists(folder, unknown) && !unknown) {
        why = fmt::format("directory {} does not exist; create it", folder.string());
    } else if (std::filesystem::is_directory(path, unknown)) {
        why = "it is a directory; name a file";
    } else if (error.kind() == Kind::InputOutput) {
        why += fmt::format("; {}", kSeeElsewhere);
    } else {
        why += "; the file and its directory must be writable for this user";
    }
    throw Failure(ExitStatus::CannotCreate, fmt::format("ledger {}: {}", path.string(), why));
}

}  // namespace

SqliteLedger::SqliteLedger(std::filesystem::path path, std::chrono::milliseconds lock_wait)
    : path_(std::move(path)) {
    open(true, lock_wait);
}

SqliteLedger::SqliteLedger(std::filesystem::path path, const KnownLedger& known) : path_(std::move(path)) {
    std::error_code unknown;
    if (!std::filesystem::exists(path_, unknown) && !unknown) {
        throw Failure(
            ExitStatus::Configuration,
            fmt::format("ledger {}: it is not there, and had {} results of what is left unfinished; "
                        "put it back where it was",
                        path_.string(), known.durable));
    }
    open(false, kLockWait);
    if (known.id == 0 || session_->id() == known.id) return;
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("ledger {}: it is another ledger than the one that has the first {} results of what is "
                    "left unfinished; put that one back",
                    path_.string(), known.durable));
}

void SqliteLedger::open(bool create, std::chrono::milliseconds lock_wait) {
    // Only creation, recovery and other programs take a lock that makes opening fail; they are short.
    const auto deadline = std::chrono::steady_clock::now() + lock_wait;
    for (;;) {
        try {
            session_ = std::make_unique<LedgerSession>(path_, create);
            return;
        } catch (const SqliteError& error) {
            if (error.kind() != Kind::Busy || std::chrono::steady_clock::now() > deadline) {
                fail_to_open(path_, error);
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

SqliteLedger::SqliteLedger(std::filesystem::path path, OpenLater) : path_(std::move(path)) {}

std::unique_ptr<SqliteLedger> SqliteLedger::shared(std::filesystem::path path) {
    return std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(path), OpenLater{}));
}

SqliteLedger::~SqliteLedger() = default;

LedgerSession& SqliteLedger::session() {
    // Never creates: a new, empty file in the place of one that was moved away would hide the loss.
    if (session_ == nullptr) session_ = std::make_unique<LedgerSession>(path_, false);
    if (session_->file_moved()) {
        session_.reset();
        throw SqliteError(Kind::CannotOpen, "the file was moved or deleted while in use");
    }
    return *session_;
}

// Leaves no transaction open: a connection that cannot do even that is dropped.
void SqliteLedger::roll_back() noexcept {
    if (session_ != nullptr && !session_->roll_back()) session_.reset();
}

// Runs `action` on a session; what fails is rolled back and thrown as the interface says it.
template <class Action>
auto SqliteLedger::attempt(Action&& action) {
    try {
        return action(session());
    } catch (const SqliteError& error) {
        roll_back();
        fail_while_running(path_, error);
    } catch (const LedgerMismatch& mismatch) {
        roll_back();
        fail_mismatch(path_, mismatch);
    } catch (const std::bad_alloc&) {
        roll_back();
        fail_while_running(path_, SqliteError(Kind::NoMemory, "out of memory"));
    }
}

void SqliteLedger::commit(const RecordRange& records, const CommitContext& context) {
    if (records.size() == 0 && !context.cursor) return;
    attempt([&](LedgerSession& session) { session.write(records, context); });
}

std::optional<std::uint64_t> SqliteLedger::cursor(std::string_view source) {
    return attempt([&](LedgerSession& session) { return session.cursor(source); });
}

std::optional<KnownSource> SqliteLedger::known(std::string_view source, std::string_view file) {
    return attempt([&](LedgerSession& session) { return session.known(source, file); });
}

std::optional<LastCommit> SqliteLedger::last_commit(std::uint64_t generation) {
    return attempt([&](LedgerSession& session) { return session.last_commit(generation); });
}

std::uint64_t SqliteLedger::id() {
    return attempt([](LedgerSession& session) { return session.id(); });
}

}  // namespace pipeline
