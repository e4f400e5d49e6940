// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/sqlite_ledger.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <new>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/ledger/sqlite/ledger_failure.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"
#include "common/ledger/sqlite/ledger_session.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// How long a starting program waits for another program that holds the ledger exclusively.
constexpr std::chrono::seconds kLockWait{5};

[[noreturn]] void wait_in_memory(const std::filesystem::path& path, const std::string& why) {
    throw LedgerUnavailable(fmt::format("ledger {}: {}: the results wait in memory", path.string(), why));
}

// True if the file at the path is not the file that this generation has written to. An error of SQLite may
// then pass: a user may be copying the ledger back right now.
bool is_another_file(const std::filesystem::path& path, const KnownLedger& known) {
    const std::uint64_t then = known.files == nullptr ? 0 : known.files->file.load(std::memory_order_relaxed);
    const LedgerLook now = look_at_ledger(path);
    return then != 0 && now.file && now.file->identity.position() != then;
}

}  // namespace

SqliteLedger::SqliteLedger(std::filesystem::path path, std::chrono::milliseconds lock_wait)
    : path_(std::move(path)), turn_(path_) {
    try {
        open(true, {}, lock_wait);
    } catch (const WrongLedger& wrong) {
        throw Failure(ExitStatus::Configuration, fmt::format("ledger {}: {}", path_.string(), wrong.what()));
    }
}

SqliteLedger::SqliteLedger(std::filesystem::path path, const KnownLedger& known)
    : path_(std::move(path)), turn_(path_) {
    if (const LedgerLook look = look_at_ledger(path_); !look.file && look.error == ENOENT)
        throw WrongLedger("it is not there");
    open(false, known, kLockWait);
}

SqliteLedger::SqliteLedger(std::filesystem::path path, OpenLater) : path_(std::move(path)), turn_(path_) {}

std::unique_ptr<SqliteLedger> SqliteLedger::shared(std::filesystem::path path) {
    return std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(path), OpenLater{}));
}

SqliteLedger::~SqliteLedger() = default;

void SqliteLedger::open(bool create, const KnownLedger& known, std::chrono::milliseconds lock_wait) {
    // Retry while the file is locked. That should not take long: another process is creating or recovering
    // the ledger, or a foreign program is using it.
    const auto deadline = std::chrono::steady_clock::now() + lock_wait;
    for (;;) {
        try {
            session_ = std::make_unique<LedgerSession>(path_, create, known);
            return;
        } catch (const SqliteError& error) {
            if (error.kind() != Kind::Busy || std::chrono::steady_clock::now() > deadline)
                fail_to_open(path_, error);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

// Returns a session that may write now. Never creates a file: an empty file in the place of a moved ledger
// would hide that the ledger is gone.
LedgerSession& SqliteLedger::session(const KnownLedger& known) {
    if (session_ == nullptr) {
        try {
            session_ = std::make_unique<LedgerSession>(path_, false, known);
        } catch (const SqliteError& error) {
            if (!is_another_file(path_, known)) throw;
            wait_in_memory(path_,
                           fmt::format("another file is in its place: {}; put the file back that was in use",
                                       error.what()));
        } catch (const Failure& failure) {
            throw LedgerUnavailable(fmt::format("{}: the results wait in memory", failure.what()));
        }
        return *session_;
    }
    const LedgerLook now = look_at_ledger(path_);
    if (now.file && !now.has_same_file(session_->look())) {
        replace(now, known);
    } else {
        require_in_place(now);
    }
    return *session_;
}

// Throws if the session's files are no longer where the session opened them.
void SqliteLedger::require_in_place(const LedgerLook& now) {
    const LedgerLook& then = session_->look();
    if (now.has_same_file(then)) {
        if (!now.has_same_logs(then)) save_from_lost_log(now);
        if (const std::string objection = objection_to(now, path_); !objection.empty())
            wait_in_memory(path_, objection);
        return;
    }
    const std::string where = whereabouts(now);
    wait_in_memory(path_,
                   fmt::format("the file was moved or deleted while in use; put the file back where it "
                               "was{}",
                               where));
}

// Returns advice on where the session's file is now. If the file was deleted or has lost its log, first moves
// the log's contents into the file: the user who finds the file then needs no log.
std::string SqliteLedger::whereabouts(const LedgerLook& now) {
    const auto found = find_open_file(session_->look().file->identity);
    if (!found) return {};
    const bool has_all = (!found->is_deleted && now.has_same_log(session_->look())) || session_->save();
    if (!found->is_deleted) return fmt::format(" (it is {} now)", found->name);
    if (!has_all) return " (it is deleted, and somebody who reads it keeps its log from being saved)";
    const std::string& name = path_.native();
    return fmt::format(" (while this process lives: {}cp /proc/{}/fd/{} {})",
                       now.log || now.index ? fmt::format("rm -f {0}-wal {0}-shm && ", name) : "", ::getpid(),
                       found->fd, name);
}

// Moves the contents of a log that has lost its name into the file, closes the session, and throws. Only the
// processes that have such a log open can reach it: anything written into it would be lost when they end.
void SqliteLedger::save_from_lost_log(const LedgerLook& now) {
    const bool is_log = !now.has_same_log(session_->look());
    const auto* const name = is_log ? "-wal" : "-shm";
    if (is_log && now.has_something_in_log()) {
        wait_in_memory(path_,
                       fmt::format("its log {}{} was exchanged for another one while in use; remove that one",
                                   path_.string(), name));
    }
    if (!session_->save()) {
        wait_in_memory(path_,
                       fmt::format("{}{} was removed while in use, and somebody who reads the ledger keeps "
                                   "it from being saved; end the program that has it open",
                                   path_.string(), name));
    }
    session_.reset();
    wait_in_memory(path_,
                   fmt::format("{}{} was removed while in use; what was in the log is in the file now, which "
                               "is opened anew once nobody has it open any more",
                               path_.string(), name));
}

// Switches to the file that now has the ledger's name, or throws if it must not be used.
void SqliteLedger::replace(const LedgerLook& now, KnownLedger known) {
    const std::string where = whereabouts(now);
    const auto refuse = [&](std::string why) {
        // Strip the ledger's name from the reason: the new message names the ledger itself.
        if (const auto name = fmt::format("ledger {}: ", path_.string()); why.starts_with(name))
            why.erase(0, name.size());
        wait_in_memory(path_,
                       fmt::format("another file was put in its place while in use: {}; put the file back "
                                   "that was in use{}",
                                   why, where));
    };
    if (now.has_same_log(session_->look())) refuse("it lies beside the log of the one before");
    if (known.id == 0) known.id = session_->id();
    try {
        session_ = std::make_unique<LedgerSession>(path_, false, known);
    } catch (const SqliteError& error) {
        refuse(error.what());
    } catch (const WrongLedger& wrong) {
        refuse(wrong.what());
    } catch (const Failure& failure) {
        refuse(failure.what());
    }
}

// Ends a failed transaction. Closes the session if it cannot roll back.
void SqliteLedger::roll_back() noexcept {
    if (session_ != nullptr && !session_->roll_back()) session_.reset();
}

// Runs `action` on a session. After an error, rolls back and throws LedgerUnavailable or Failure, as Ledger's
// functions do.
template <class Action>
auto SqliteLedger::attempt(const KnownLedger& known, Action&& action) {
    try {
        return action(session(known));
    } catch (const SqliteError& error) {
        roll_back();
        fail_while_running(path_, error);
    } catch (const WrongLedger& wrong) {
        roll_back();
        wait_in_memory(path_, fmt::format("{}; put the file back that was in use", wrong.what()));
    } catch (const std::bad_alloc&) {
        roll_back();
        fail_while_running(path_, SqliteError(Kind::NoMemory, "out of memory"));
    } catch (...) {
        roll_back();
        throw;
    }
}

void SqliteLedger::commit(const RecordRange& records, const CommitContext& context) {
    if (records.size() == 0 && !context.cursor) return;
    const KnownLedger known{context.ledger_id, context.generation, records.first(), context.files};
    turn_.make_way();
    attempt(known, [&](LedgerSession& session) {
        if (context.files != nullptr) session.remember_files(*context.files);
        session.write(records, context);
        require_in_place(look_at_ledger(path_));
    });
}

bool SqliteLedger::look_after(const KnownLedger& known) {
    if (session_ == nullptr) return false;
    attempt(known, [](const LedgerSession&) {});
    return true;
}

std::optional<std::uint64_t> SqliteLedger::cursor(std::string_view source) {
    return attempt({}, [&](LedgerSession& session) { return session.cursor(source); });
}

std::optional<KnownSource> SqliteLedger::known(std::string_view source, std::string_view file) {
    return attempt({}, [&](LedgerSession& session) { return session.known(source, file); });
}

std::optional<LastCommit> SqliteLedger::last_commit(std::uint64_t generation) {
    return attempt({}, [&](LedgerSession& session) { return session.last_commit(generation); });
}

std::uint64_t SqliteLedger::id() {
    return attempt({}, [](LedgerSession& session) { return session.id(); });
}

}  // namespace pipeline
