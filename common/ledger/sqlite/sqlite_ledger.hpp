// SPDX-License-Identifier: Apache-2.0
// The ledger in an SQLite file (common/ledger/sqlite/ledger_versions.cpp has its tables,
// common/ledger/sqlite/ledger_session.cpp its one transaction). Any number of processes may have the ledger
// open; they commit one at a time, under the flush lock. Each commit is one transaction: the rows of invoices
// and duplicates, the source's row with its cursor, and the generation's row.
//
// If a commit may succeed later (locked, disk full, I/O error, file gone), the caller keeps the records and
// retries. An error that lasts (damaged, tables changed) is a Failure.
//
// Before each commit, and again before commit() returns, the ledger checks whether the names of the file, its
// log and the log's index still lead to the files that it has open:
//
//     unchanged           commit
//     file gone           keep the file open, so that nothing is lost; continue when its name is back
//     another file there  keep the old file open; open the new file once it is the same ledger and has every
//                         durable record
//     log or index gone   stop writing, move the log's contents into the file, and close the file without
//     or replaced         touching the log. Reopen the file with a new log once every other process with the
//                         old log has done the same, which SQLite's locks show (ledger_opening.cpp)
//
// A kill during these steps leaves each file as it was, except that the log's contents may be in the file
// already.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/turn/ledger_turn.hpp"

namespace pipeline {

struct LedgerLook;
class LedgerSession;

class SqliteLedger final : public Ledger {
  public:
    // Opens or creates the file `path`. Waits up to `lock_wait` if another program holds it exclusively.
    // Throws Failure as open_ledger() does.
    explicit SqliteLedger(std::filesystem::path path,
                          std::chrono::milliseconds lock_wait = std::chrono::seconds(5));
    // Opens the known ledger, and throws as open_known_ledger() does.
    SqliteLedger(std::filesystem::path path, const KnownLedger& known);
    // Returns a ledger that opens the file at its first use and never creates it: see share_ledger().
    [[nodiscard]] static std::unique_ptr<SqliteLedger> shared(std::filesystem::path path);
    // Closes the file. The last process that does so leaves one file, without -wal and -shm, if nobody has
    // moved or exchanged the files.
    ~SqliteLedger() override;

    // First lets other writers in that wish to write (ledger_turn.hpp). Waits at most about 250 ms for a
    // lock.
    void commit(const RecordRange& records, const CommitContext& context) override;
    [[nodiscard]] bool look_after(const KnownLedger& known) override;
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source) override;
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file) override;
    // Returns a commit of zero records for a generation that has not committed yet.
    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation) override;
    [[nodiscard]] std::uint64_t id() override;

  private:
    struct OpenLater {};
    SqliteLedger(std::filesystem::path path, OpenLater);
    void open(bool create, const KnownLedger& known, std::chrono::milliseconds lock_wait);
    LedgerSession& session(const KnownLedger& known);
    void require_in_place(const LedgerLook& now);
    void save_from_lost_log(const LedgerLook& now);
    void replace(const LedgerLook& now, KnownLedger known);
    std::string whereabouts(const LedgerLook& now);
    void roll_back() noexcept;
    template <class Action>
    auto attempt(const KnownLedger& known, Action&& action);

    std::filesystem::path path_;
    LedgerTurn turn_;
    std::unique_ptr<LedgerSession> session_;  // null before the first use, and after it had to be closed
};

}  // namespace pipeline
