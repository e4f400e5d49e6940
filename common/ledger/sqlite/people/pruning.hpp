// SPDX-License-Identifier: Apache-2.0
// Removes old outcomes, slice by slice. A slice is one transaction:
//
//     before it    its rows are read, told to the watcher, and made safe by it
//     (PruneWatcher::about_to_remove) in it        each row that is still as it was read becomes a row of the
//     table pruned; a link of kind
//                  `pruned` seals these in the chain of people's decisions
//     a kill       leaves the slice whole or gone, never half; the same command again does the rest, and the
//                  watcher may then be told of the slice's rows once more
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/ledger_editor.hpp"
#include "common/ledger/sqlite/people/edit_session.hpp"

namespace pipeline {

class Pruning {
  public:
    // The session must outlive this object.
    explicit Pruning(EditSession& session) : session_(&session) {}

    // As LedgerEditor::prune().
    std::uint64_t prune(std::int64_t before_us, PruneWatcher& watcher);

  private:
    // A row that was read, by which it is recognised.
    struct ReadRow {
        std::int64_t rowid;
        std::string id;
        std::int64_t stored_at_us;
        std::string source;
        std::uint64_t position;
    };
    struct Table;
    static const Table kTables[3];
    void prune_table(const Table& table, std::int64_t before_us, PruneWatcher& watcher);
    [[nodiscard]] std::int64_t last_row(const Table& table);
    [[nodiscard]] std::vector<ReadRow> read_slice(const Table& table, std::int64_t before_us,
                                                  std::int64_t& after, std::int64_t until,
                                                  PruneWatcher& watcher);
    [[nodiscard]] std::size_t remove_some(const Table& table, std::span<const ReadRow> rows,
                                          std::vector<PruneWatcher::Removed>& removed);
    void remove_unused_filters();
    void tell_last_removed(PruneWatcher& watcher);

    EditSession* session_;
    std::uint64_t removed_ = 0;
};

}  // namespace pipeline
