// SPDX-License-Identifier: Apache-2.0
// The ledger in an SQLite file (common/ledger_schema.cpp has its tables, common/ledger_session.cpp its one
// transaction). Any number of processes may have
// it open; they commit one at a time, under the flush lock. One transaction is one commit: rows,
// duplicates and the source's row with its cursor.
//
// What a commit cannot write now (locked, disk full, I/O error, file gone) is left to a later try by the
// caller, who keeps the records; what no waiting mends (damaged, not a ledger) is a Failure.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "common/ledger.hpp"

namespace pipeline {

class LedgerSession;

class SqliteLedger final : public Ledger {
  public:
    // Opens or creates the file `path`, waiting up to `lock_wait` if another program keeps it for itself.
    // Throws Failure as open_ledger() does.
    explicit SqliteLedger(std::filesystem::path path,
                          std::chrono::milliseconds lock_wait = std::chrono::seconds(5));
    // One that is there already and must be what `known` says; else throws Failure Configuration.
    SqliteLedger(std::filesystem::path path, const KnownLedger& known);
    // One that is opened by its first use, which never creates it: see share_ledger().
    [[nodiscard]] static std::unique_ptr<SqliteLedger> shared(std::filesystem::path path);
    // Closes it; the last one to close an undisturbed ledger leaves one file, without -wal and -shm.
    ~SqliteLedger() override;

    // Waits at most about 250 ms for a lock.
    void commit(const RecordRange& records, const CommitContext& context) override;
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source) override;
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file) override;
    // One of nothing for a generation that has given nothing yet.
    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation) override;
    [[nodiscard]] std::uint64_t id() override;

  private:
    struct OpenLater {};
    SqliteLedger(std::filesystem::path path, OpenLater);
    void open(bool create, std::chrono::milliseconds lock_wait);
    LedgerSession& session();
    void roll_back() noexcept;
    template <class Action>
    auto attempt(Action&& action);

    std::filesystem::path path_;
    std::unique_ptr<LedgerSession> session_;  // none yet, or none after an error that may have spoiled it
};

}  // namespace pipeline
