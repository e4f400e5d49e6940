// SPDX-License-Identifier: Apache-2.0
// One connection to a ledger in PostgreSQL, and the one kind of transaction that it writes. PgLedger decides
// what an error means to the pipeline.
//
// A transaction is two round trips, if all ids are new (docs/several-hosts.md has the figures):
//
//   1. It locks the generation's row, which keeps out a transaction of a killed or cut-off leader that is
//      still under way, and inserts all fresh records in the order of their keys.
//   2. It writes the rows of source and generation and the link of the chain, removes the rows of a source
//      that is a table (pg_removal.hpp), and commits.
//
// If ids are met that have a row, a round trip in between asks for what stands against them (pg_judge.hpp).
// Hosts wait for each other only where they write the same id, and where one begins: its first transaction
// marks the chains that no other one has taken in.
//
// A kill or a break between the two leaves nothing; behind the second, the whole. The answer to the COMMIT
// may be lost: the next leader finds in the generation's row that it took effect, and redoes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/postgresql/rows/pg_batch.hpp"
#include "common/ledger/postgresql/rows/pg_judge.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"
#include "common/ledger/postgresql/work/pg_removal.hpp"
#include "common/ledger/rows/row_values.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {

class PgSession {
  public:
    // Takes over a connection. `name` is the ledger's, for messages.
    PgSession(PgLogin login, std::string name);
    PgSession(const PgSession&) = delete;
    PgSession& operator=(const PgSession&) = delete;

    // Writes all records and the rows of source and generation in one transaction, which is durable on
    // return. All times are those of the server's clock: it is the one that all hosts share. Sets the
    // records' outcomes before the commit. Throws PgError; Failure Configuration if the ledger lacks earlier
    // records, or has other records in their place.
    void write(const RecordRange& records, const CommitContext& context);
    [[nodiscard]] std::optional<KnownSource> source(std::string_view source);
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file);
    [[nodiscard]] LastCommit last_commit(std::uint64_t generation);
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    // Throws Failure Configuration if the ledger has fewer of the generation's records than it has confirmed.
    // Throws WrongLedger if the database is another ledger by now.
    void require_all(const KnownLedger& known);
    // Ends a failed transaction. Returns false if the connection is no longer usable.
    [[nodiscard]] bool roll_back() noexcept;
    [[nodiscard]] PgConnection& database() noexcept { return database_; }

  private:
    // The ledger's state of a generation and its source, as the transaction's first round trip reads it.
    struct Opening {
        bool is_new = false;  // the ledger has not known the generation
        LastCommit last;
        std::optional<KnownSource> source;
        std::optional<ChainHead> head;  // of the generation's chain
        bool has_pruned = false;
    };
    void commit(const RecordRange& records, const CommitContext& context);
    [[nodiscard]] std::int64_t server_ahead_us();
    void send_opening(const CommitContext& context);
    [[nodiscard]] Opening read_opening(const std::vector<PgResult>& results, const CommitContext& context);
    [[nodiscard]] std::size_t require_follows(const Opening& opening, const RecordRange& records) const;
    void insert_fresh(const RecordRange& records, const CommitContext& context, Opening& opening);
    void send_source(const Opening& opening, const CommitContext& context);
    void send_generation(const RecordRange& records, const CommitContext& context);
    void send_link(const Opening& opening, const RecordRange& records, std::size_t redone,
                   const CommitContext& context);

    PgConnection database_;
    std::uint64_t id_;
    std::string name_;
    std::string host_;  // for generations.host
    // The server's clock less this host's steady one, and when that was measured.
    std::int64_t server_minus_steady_us_ = 0;
    std::optional<std::chrono::steady_clock::time_point> measured_;
    RowValues values_;
    PgBatch batch_;
    PgJudge judge_;
    PgJudge::Verdicts verdicts_;
    PgRemoval removal_;
    std::size_t redone_ = 0;
    std::uint64_t inserted_ = 0;
    // The generation whose last commit this session has written: its next transaction needs no round trip to
    // learn where it goes on.
    std::optional<std::uint64_t> followed_;
    std::optional<OpenHead> hourly_;  // of the current transaction, if the log should have it
};

}  // namespace pipeline
