// SPDX-License-Identifier: Apache-2.0
// One connection to the ledger's file with its prepared statements, and the one transaction they are
// for. Errors come out as SqliteError, with the transaction left open for roll_back(); what they mean to
// the pipeline is SqliteLedger's business.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/ledger.hpp"
#include "common/sqlite_connection.hpp"

namespace pipeline {

// The ledger is not what the records continue: see Continuation. what() is half a sentence.
class LedgerMismatch : public std::runtime_error {
  public:
    LedgerMismatch(Continuation how, const std::string& what) : std::runtime_error(what), how_(how) {}
    [[nodiscard]] Continuation how() const noexcept { return how_; }  // Lacks or Differs

  private:
    Continuation how_;
};

class LedgerSession {
  public:
    // As open_ledger_database().
    LedgerSession(const std::filesystem::path& path, bool create);

    // All records and the source's row in one transaction, durable when it returns. Their outcomes are set
    // before it is committed. Throws LedgerMismatch.
    void write(const RecordRange& records, const CommitContext& context);
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source);
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file);
    [[nodiscard]] LastCommit last_commit(std::uint64_t generation);
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] bool file_moved() const noexcept { return database_.file_moved(); }
    // Ends a transaction that failed; false if the connection cannot be used any more.
    [[nodiscard]] bool roll_back() noexcept;

  private:
    std::size_t count_redone(const RecordRange& records, std::uint64_t generation);
    void insert(const RecordRange& records, std::size_t first, const CommitContext& context);
    std::int64_t insert_group(const RecordRange& records, std::size_t first, const CommitContext& context);
    std::int64_t insert_one(const RecordRange& records, std::size_t i, const CommitContext& context);
    static void bind_row(SqliteStatement& insert, std::size_t row, const Record& record,
                         const CommitContext& context);
    void bind_details(const Details& details);
    Outcome find_outcome(const Record& record, const CommitContext& context);
    void add_duplicate(const Record& record, const CommitContext& context);
    void write_source(const CommitContext& context);
    [[nodiscard]] KnownSource next_of(const CommitContext& context);
    [[nodiscard]] std::optional<KnownSource> find(SqliteStatement& statement, std::string_view wanted);
    [[nodiscard]] bool has_generation(std::uint64_t generation);
    void write_generation(const RecordRange& records, const CommitContext& context);

    SqliteConnection database_;  // before its statements, which must go first
    std::uint64_t id_;
    SqliteStatement begin_, commit_, rollback_;
    SqliteStatement insert_group_, insert_one_, insert_detailed_, find_;
    SqliteStatement insert_duplicate_;
    SqliteStatement update_source_, find_source_, find_list_;
    SqliteStatement update_generation_, find_generation_;
    std::int64_t added_ = 0;         // rows of the transaction in work, of invoices and duplicates
    std::string supplier_, reason_;  // texts being bound that were not UTF-8
};

}  // namespace pipeline
