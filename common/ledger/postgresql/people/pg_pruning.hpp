// SPDX-License-Identifier: Apache-2.0
// Removes old outcomes from a ledger in PostgreSQL, slice by slice. A slice is one transaction:
//
//     before it    its rows are read, told to the watcher, and made safe by it
//                  (PruneWatcher::about_to_remove)
//     in it        each row that is still as it was read becomes a row of the table pruned; a link of kind
//                  `pruned` seals these in the chain of people's decisions
//     a kill       leaves the slice whole or gone, never half; the same command again does the rest, and the
//                  watcher may then be told of the slice's rows once more
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/ledger/ledger_editor.hpp"
#include "common/ledger/postgresql/people/pg_edit_session.hpp"
#include "common/ledger/postgresql/seal/pg_row_digest.hpp"

namespace pipeline {

class PgPruning {
  public:
    // The session must outlive this object.
    explicit PgPruning(PgEditSession& session) : session_(&session) {}

    // As LedgerEditor::prune().
    std::uint64_t prune(std::int64_t before_us, PruneWatcher& watcher);

  private:
    // A place in a table: behind the row of these columns. Duplicates have an order of their own.
    struct Place {
        std::int64_t first = INT64_MIN;
        std::int64_t second = INT64_MIN;
        std::string key;
        std::string source;
    };
    // The rows that were read, and by which they are recognised: key, and the two numbers of their place.
    struct Slice {
        PgArray keys{PgArray::Type::Text};
        PgArray sources{PgArray::Type::Text};
        PgArray first{PgArray::Type::Integer};
        PgArray second{PgArray::Type::Integer};
        Place last;
    };
    void prune_table(PgSealedTable table, std::int64_t before_us, PruneWatcher& watcher);
    [[nodiscard]] Slice read_slice(PgSealedTable table, std::int64_t before_us, const Place& behind,
                                   PruneWatcher& watcher);
    [[nodiscard]] std::vector<PruneWatcher::Removed> remove(PgSealedTable table, Slice& slice);
    void tell_last_removed(PruneWatcher& watcher);

    PgEditSession* session_;
    std::uint64_t removed_ = 0;
};

}  // namespace pipeline
