// SPDX-License-Identifier: Apache-2.0
// A ledger that is only looked at: one snapshot of it, of any version up to this program's, taken while the
// pipeline runs, hangs, is dead or has finished. Nothing is written, made or repaired; no writer is held up.
//
// What a snapshot costs others: while it is open, the log of a running pipeline cannot be begun anew and
// grows.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/last_commit.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"

namespace pipeline {

// What a ledger says of one source, and how many rows it really has from it.
struct SourceBooks {
    std::string source;
    std::optional<std::uint64_t> cursor;
    std::uint64_t acquired = 0;  // as `sources` counts it
    std::uint64_t booked = 0;    // rows, these three of invoices
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
    std::uint64_t duplicates = 0;
    [[nodiscard]] std::uint64_t rows() const noexcept { return booked + rejected + failed + duplicates; }
};

class LedgerReader {
  public:
    // Opens the file and begins the snapshot. Throws SqliteError, or Failure: Configuration if the file is
    // not a ledger or of a newer version, or must not be opened (ledger_look.hpp); NoInput if there is none
    // or nothing in it.
    explicit LedgerReader(const std::filesystem::path& path);

    // What the snapshot has of that generation; none if the ledger is of a version that does not count.
    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation);
    // The ledger's own name; 0 if it is of a version without.
    [[nodiscard]] std::uint64_t id();
    // Every source, those of rows that `sources` does not know too, in the order of their names. Reads every
    // row of invoices.
    [[nodiscard]] std::vector<SourceBooks> books();

    [[nodiscard]] SqliteConnection& database() noexcept { return database_; }
    // False if somebody has written what was read without a lock: what was read is then void.
    [[nodiscard]] bool is_undisturbed() const;

  private:
    std::filesystem::path path_;
    LedgerLook before_;
    SqliteConnection database_;
    std::int64_t version_;
};

// Calls `read` with a reader, again if it was disturbed or if the file could not be read for a moment. Throws
// Failure: NoInput if there is no file, or nothing in it; NotDrained (try again) if it stayed locked;
// Configuration if it is not a ledger or of a newer version; DataError if it is damaged; InputOutput.
void read_ledger(const std::filesystem::path& path, const std::function<void(LedgerReader&)>& read);

}  // namespace pipeline
