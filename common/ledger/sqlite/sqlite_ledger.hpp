// SPDX-License-Identifier: Apache-2.0
// The ledger in an SQLite file (common/ledger/sqlite/ledger_versions.cpp has its tables,
// common/ledger/sqlite/ledger_session.cpp its one transaction). Any number of processes may have it open;
// they commit one at a time, under the flush lock. One transaction is one commit: rows, duplicates and the
// source's row with its cursor.
//
// What a commit cannot write now (locked, disk full, I/O error, file gone) is left to a later try by the
// caller, who keeps the records; what no waiting mends (damaged, tables changed) is a Failure.
//
// The file is what it was opened as. Before each commit, and after it before anything is called durable, its
// names are looked at, and its log's and index's:
//
//     all as they were              it is written
//     the file is gone              it stays open, so that nothing is lost; when it is back, it is gone on
//     with another file is there         that one is opened if it is the same ledger and has all that was
//     called durable;
//                                   until then the old one stays open
//     the log or its index is gone  nothing more is written. What is in the log is moved into the file, and
//     the file or another one                is closed without touching the log. It is opened again, with a
//     new log, when
//                                   every other process that has the old log has done the same: SQLite's
//                                   locks on the file tell (ledger_opening.cpp)
//
// A kill in between leaves what it found, or the same with the log's contents in the file.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "common/ledger/ledger.hpp"

namespace pipeline {

struct LedgerLook;
class LedgerSession;

class SqliteLedger final : public Ledger {
  public:
    // Opens or creates the file `path`, waiting up to `lock_wait` if another program keeps it for itself.
    // Throws Failure as open_ledger() does.
    explicit SqliteLedger(std::filesystem::path path,
                          std::chrono::milliseconds lock_wait = std::chrono::seconds(5));
    // As open_known_ledger().
    SqliteLedger(std::filesystem::path path, const KnownLedger& known);
    // One that is opened by its first use, which never creates it: see share_ledger().
    [[nodiscard]] static std::unique_ptr<SqliteLedger> shared(std::filesystem::path path);
    // Closes it; the last one to close an undisturbed ledger leaves one file, without -wal and -shm.
    ~SqliteLedger() override;

    // Waits at most about 250 ms for a lock.
    void commit(const RecordRange& records, const CommitContext& context) override;
    [[nodiscard]] bool look_after(const KnownLedger& known) override;
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source) override;
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file) override;
    // One of nothing for a generation that has given nothing yet.
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
    std::unique_ptr<LedgerSession> session_;  // none yet, or none after an error that may have spoiled it
};

}  // namespace pipeline
