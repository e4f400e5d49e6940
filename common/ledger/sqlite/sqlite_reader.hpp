// SPDX-License-Identifier: Apache-2.0
// A read-only snapshot of a ledger of any version up to this program's. It can be taken while the pipeline
// runs, hangs, is dead or has finished. The reader writes, creates and repairs nothing, and blocks no writer.
//
// An open snapshot has a cost: a running pipeline cannot restart its log, which grows meanwhile.
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

// The ledger's own counts for one source, and the number of rows it really has from that source.
struct SourceBooks {
    std::string source;
    std::optional<std::uint64_t> cursor;
    std::uint64_t acquired = 0;  // as `sources` counts it
    std::uint64_t booked = 0;    // rows of invoices, like the next two
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
    std::uint64_t duplicates = 0;
    [[nodiscard]] std::uint64_t rows() const noexcept { return booked + rejected + failed + duplicates; }
};

class LedgerReader {
  public:
    // Opens the file and begins the snapshot. Throws SqliteError, or Failure: Configuration if the file is
    // not a ledger, has a newer version or must not be opened (ledger_look.hpp); NoInput if it is missing or
    // empty.
    explicit LedgerReader(const std::filesystem::path& path);

    // The generation's last commit in the snapshot; none if the ledger's version does not record it.
    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation);
    // The ledger's id; 0 if its version has none.
    [[nodiscard]] std::uint64_t id();
    // All sources in order of name, including those that have rows but no entry in `sources`. Reads every
    // row of invoices.
    [[nodiscard]] std::vector<SourceBooks> books();

    [[nodiscard]] SqliteConnection& database() noexcept { return database_; }
    // False if the file was written while it was read without a lock: discard the data.
    [[nodiscard]] bool is_undisturbed() const;

  private:
    std::filesystem::path path_;
    LedgerLook before_;
    SqliteConnection database_;
    std::int64_t version_;
};

// Calls `read` with a reader; retries if the reader was disturbed or the file was briefly unreadable. Throws
// Failure: NoInput if the file is missing or empty; NotDrained (try again) if it stayed locked;
// Configuration if it is not a ledger or has a newer version; DataError if it is damaged; InputOutput.
void read_ledger(const std::filesystem::path& path, const std::function<void(LedgerReader&)>& read);

}  // namespace pipeline
