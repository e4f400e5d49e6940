// SPDX-License-Identifier: Apache-2.0
// One connection to the ledger's file with its prepared statements, and the one transaction they are
// for. Errors come out as SqliteError, with the transaction left open for roll_back(); what they mean to
// the pipeline is SqliteLedger's business.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"
#include "common/ledger/sqlite/ledger_rows.hpp"

namespace pipeline {

class LedgerSession {
  public:
    // As open_ledger_database().
    LedgerSession(const std::filesystem::path& path, bool create, const KnownLedger& known);
    LedgerSession(const LedgerSession&) = delete;
    LedgerSession& operator=(const LedgerSession&) = delete;
    // Closes it. If the log's name is not the log's any more, somebody else's log may have it: it is left
    // alone.
    ~LedgerSession();

    // All records and the source's row in one transaction, durable when it returns. Their outcomes are set
    // before it is committed. Throws WrongLedger if the ledger lacks what comes before them; Failure
    // (Configuration) if it has something else than them, or if its tables are not the pipeline's any more.
    void write(const RecordRange& records, const CommitContext& context);
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source);
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file);
    [[nodiscard]] LastCommit last_commit(std::uint64_t generation);
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    // What was opened.
    [[nodiscard]] const LedgerLook& look() const noexcept { return look_; }
    // For the segments.
    void remember_files(LedgerFiles& files) const noexcept;
    // Moves what is in the log into the file. False if not all of it could be.
    [[nodiscard]] bool save() noexcept;
    // Ends a transaction that failed; false if the connection cannot be used any more.
    [[nodiscard]] bool roll_back() noexcept;

  private:
    LedgerSession(const std::filesystem::path& path, OpenLedger opened);
    void require_schema();
    std::size_t count_redone(const RecordRange& records, std::uint64_t generation);
    void write_source(const CommitContext& context);
    [[nodiscard]] KnownSource next_of(const CommitContext& context);
    [[nodiscard]] std::optional<KnownSource> find(SqliteStatement& statement, std::string_view wanted);
    [[nodiscard]] bool has_generation(std::uint64_t generation);
    void write_generation(const RecordRange& records, const CommitContext& context);

    std::filesystem::path path_;
    LedgerLook look_;
    SqliteConnection database_;  // before its statements, which must go first
    std::uint64_t id_;
    std::int64_t schema_cookie_ = 0;  // changes when anybody changes a table
    SqliteStatement begin_, commit_, rollback_, find_cookie_;
    LedgerRows rows_;
    SqliteStatement update_source_, find_source_, find_list_;
    SqliteStatement update_generation_, find_generation_;
    std::int64_t added_ = 0;  // rows of the transaction in work, of invoices and duplicates
};

}  // namespace pipeline
