// SPDX-License-Identifier: Apache-2.0
// One connection to the ledger's file, its prepared statements and their one transaction. Errors surface as
// SqliteError and leave the transaction open for roll_back(); SqliteLedger decides what they mean to the
// pipeline.
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
    // Leaves the log's path alone if it no longer names our log: another process's log may be there.
    ~LedgerSession();

    // Writes all records and the source's row in one transaction, durable on return. Sets the records'
    // outcomes before the commit. Throws WrongLedger if the ledger lacks earlier records; Failure
    // (Configuration) if it has other records in their place, or its tables are no longer the pipeline's.
    void write(const RecordRange& records, const CommitContext& context);
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source);
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file);
    [[nodiscard]] LastCommit last_commit(std::uint64_t generation);
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    // The files as they were opened.
    [[nodiscard]] const LedgerLook& look() const noexcept { return look_; }
    // Writes the files' identities into the segments.
    void remember_files(LedgerFiles& files) const noexcept;
    // Moves the log's contents into the file; false if some could not be moved.
    [[nodiscard]] bool save() noexcept;
    // Ends a failed transaction; false if the connection is no longer usable.
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
    SqliteConnection database_;  // declared before its statements, which must be destroyed first
    std::uint64_t id_;
    std::int64_t schema_cookie_ = 0;  // changes whenever a table changes
    SqliteStatement begin_, commit_, rollback_, find_cookie_;
    LedgerRows rows_;
    SqliteStatement update_source_, find_source_, find_list_;
    SqliteStatement update_generation_, find_generation_;
    std::int64_t added_ = 0;  // rows of invoices and duplicates added by the current transaction
};

}  // namespace pipeline
