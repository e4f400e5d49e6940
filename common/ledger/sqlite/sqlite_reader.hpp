// SPDX-License-Identifier: Apache-2.0
// A read-only snapshot of an SQLite ledger of any version up to this program's.
//
// An open snapshot has a cost: meanwhile SQLite cannot restart the write-ahead log (FILE-wal) of a running
// pipeline, and the log grows.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"

namespace pipeline {

// All functions may throw SqliteError.
class SqliteReader final : public LedgerReader {
  public:
    // Opens the file and begins the snapshot. Also throws Failure: Configuration if the file is not a ledger,
    // has a newer version or must not be opened (ledger_look.hpp); NoInput if it is missing or empty. With
    // `until`, each statement ends at that time (SqliteConnection::limit_time()).
    explicit SqliteReader(const std::filesystem::path& path,
                          std::optional<std::chrono::steady_clock::time_point> until = std::nullopt);

    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation) override;
    [[nodiscard]] std::uint64_t id() override;
    [[nodiscard]] std::vector<SourceBooks> books() override;
    // Checks pages, indices and rows: every row has its index entries, every entry has its row, and the
    // constraints hold.
    [[nodiscard]] SelfCheck check_itself(std::size_t most) override;
    [[nodiscard]] SelfCheck check_seal(std::size_t most, const std::optional<Digest>& head) override;
    void for_each_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                           const std::function<void(std::uint64_t)>& take) override;
    void for_each_former_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                  const std::function<void(std::uint64_t)>& take) override;

    // The version of the ledger's schema.
    [[nodiscard]] std::int64_t version() const noexcept { return version_; }
    [[nodiscard]] SqliteConnection& database() noexcept { return database_; }
    // False if a process has written the file while this reader read it without a lock; the caller must then
    // discard the data.
    [[nodiscard]] bool is_undisturbed() const;

  private:
    void read_positions(const char* table, std::string_view source, std::uint64_t first, std::uint64_t last,
                        const std::function<void(std::uint64_t)>& take);
    std::filesystem::path path_;
    LedgerLook before_;
    SqliteConnection database_;
    std::int64_t version_;
};

// Reads as read_ledger() does. Retries if a reader was disturbed, or if the file is unreadable for a short
// time. With `until`, gives up at that time: throws Failure NotDrained.
void read_sqlite_ledger(const std::filesystem::path& path, const std::function<void(SqliteReader&)>& read,
                        std::optional<std::chrono::steady_clock::time_point> until = std::nullopt);

}  // namespace pipeline
