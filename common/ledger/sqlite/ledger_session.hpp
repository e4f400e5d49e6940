// SPDX-License-Identifier: Apache-2.0
// One connection to the ledger's file, its prepared statements, and the one kind of transaction that they
// run. An SQLite error is thrown as SqliteError and leaves the transaction open for roll_back(). SqliteLedger
// decides what the error means to the pipeline.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/engine/transaction_start.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"
#include "common/ledger/sqlite/rows/ledger_rows.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"

namespace pipeline {

class LedgerSession {
  public:
    // Opens the file as open_ledger_database() does, and throws the same errors.
    LedgerSession(const std::filesystem::path& path, bool create, const KnownLedger& known);
    LedgerSession(const LedgerSession&) = delete;
    LedgerSession& operator=(const LedgerSession&) = delete;
    // Closes the file. If the log at the path is no longer the one that this session opened, neither
    // checkpoints nor removes it: it may be another process's log.
    ~LedgerSession();

    // Writes all records and the rows of source and generation in one transaction, which is durable on
    // return. Sets the records' outcomes before the commit. Throws WrongLedger if the ledger lacks earlier
    // records; Failure Configuration if it has other records in their place, or if its tables are no longer
    // the pipeline's.
    void write(const RecordRange& records, const CommitContext& context);
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source);
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file);
    [[nodiscard]] LastCommit last_commit(std::uint64_t generation);
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    // Returns the files as they were when the session opened them.
    [[nodiscard]] const LedgerLook& look() const noexcept { return look_; }
    // Writes the identities of the ledger's files into `files`, which lies in the segments.
    void remember_files(LedgerFiles& files) const noexcept;
    // Moves the log's contents into the file. Returns false if some contents could not be moved.
    [[nodiscard]] bool save() noexcept;
    // Ends a failed transaction. Returns false if the connection is no longer usable.
    [[nodiscard]] bool roll_back() noexcept;

  private:
    LedgerSession(const std::filesystem::path& path, OpenLedger opened);
    void require_schema();
    std::size_t count_redone(const RecordRange& records, std::uint64_t generation);
    void write_source(const CommitContext& context);
    [[nodiscard]] std::optional<KnownSource> find(SqliteStatement& statement, std::string_view wanted);
    [[nodiscard]] bool has_generation(std::uint64_t generation);
    void write_generation(const RecordRange& records, const CommitContext& context);
    void write_link(const RecordRange& records, std::size_t redone, const CommitContext& context);

    std::filesystem::path path_;
    LedgerLook look_;
    SqliteConnection database_;  // declared before its statements, so that they are destroyed first
    std::uint64_t id_;
    std::string host_;                // for generations.host
    std::int64_t schema_cookie_ = 0;  // at the last check; SQLite changes it whenever a table changes
    TransactionStart begin_;
    SqliteStatement commit_, rollback_, find_cookie_;
    LedgerRows rows_;
    SqliteStatement update_source_, find_source_, find_list_;
    SqliteStatement update_generation_, find_generation_;
    CommitChain chain_;
    std::optional<OpenHead> hourly_;  // of the current transaction, if the log should have it
    std::int64_t added_ = 0;  // rows that the current transaction has added to invoices and duplicates
};

}  // namespace pipeline
