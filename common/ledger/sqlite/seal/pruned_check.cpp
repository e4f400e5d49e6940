// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/pruned_check.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/seal/chain_check.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"
#include "common/ledger/sqlite/seal/digest_sql.hpp"

namespace pipeline {
namespace {

// The rows of one commit lie next to each other, and the commits in the order of their numbers.
void check_commits(SqliteConnection& database, SealFaults& faults) {
    SqliteStatement commits(database, fmt::format("SELECT number, changed, digest FROM commits WHERE"
                                                  " generation = {} AND kind = 'pruned' ORDER BY number",
                                                  static_cast<std::int64_t>(kPeopleGeneration)));
    SqliteStatement rows(database,
                         fmt::format("SELECT pruned_in, {} FROM pruned ORDER BY rowid", pruned_digest_sql()));
    RowsDigest sealed;
    bool has_row = rows.next_row();
    std::uint64_t strange = 0;
    while (commits.next_row()) {
        const std::int64_t number = commits.integer(0);
        for (; has_row && rows.integer(0) <= number; has_row = rows.next_row()) {
            if (rows.integer(0) < number) {
                ++strange;
            } else {
                sealed.add(rows.digest(1));
            }
        }
        const auto changed = static_cast<std::uint64_t>(commits.integer(1));
        const std::uint64_t found = sealed.rows();
        if (sealed.finish() == commits.digest(2) && found == changed) continue;
        faults.add(changed_pruned_fault(static_cast<std::uint64_t>(number), changed));
    }
    for (; has_row; has_row = rows.next_row()) ++strange;
    if (strange != 0)
        faults.add(
            fmt::format("{} in pruned {} no commit", counted(strange, "row"), verb(strange, "has", "have")));
}

// Finds the rows of invoices by their ids. Before version 8 an index on the id alone does so.
class Invoices {
  public:
    explicit Invoices(SqliteConnection& database)
        : row_(database, has_id_slices(database) ? "SELECT status FROM invoices WHERE serial = ?1"
                                                 : "SELECT status FROM invoices WHERE id = ?1") {
        if (has_id_slices(database)) ids_.emplace(database).begin();
    }
    bool has(std::string_view id) { return status_of(id).has_value(); }
    bool has_booked(std::string_view id) { return status_of(id) == "booked"; }

  private:
    std::optional<std::string> status_of(std::string_view id) {
        if (ids_) {
            const auto serial = ids_->find(id);
            if (!serial) return std::nullopt;
            row_.bind(1, *serial);
        } else {
            row_.bind(1, id);
        }
        std::optional<std::string> status;
        if (row_.first_row()) status = row_.text(0);
        row_.finish();
        return status;
    }

    SqliteStatement row_;
    std::optional<IdSlices> ids_;
};

void check_booked_once(SqliteConnection& database, Invoices& invoices, SealFaults& faults) {
    SqliteStatement twice(database, "SELECT id, count(*) FROM pruned WHERE status = 'booked' GROUP BY id");
    while (twice.next_row()) {
        if (twice.integer(1) > 1 || invoices.has_booked(twice.text(0)))
            faults.add(fmt::format("'{}' is booked twice", printable(twice.text(0))));
    }
}

// An outcome that was replaced or came too late is history of a row, and an id that was booked stays booked.
// So a row that somebody has moved between the tables is found.
void check_places(SqliteConnection& database, Invoices& invoices, SealFaults& faults) {
    SqliteStatement lost(
        database,
        "SELECT id FROM history AS former WHERE NOT EXISTS (SELECT 1 FROM pruned WHERE id = former.id AND"
        " status <> 'replaced' AND status <> 'duplicate') UNION ALL SELECT id FROM pruned AS former WHERE"
        " status = 'replaced' AND NOT EXISTS (SELECT 1 FROM pruned WHERE id = former.id AND"
        " status <> 'replaced' AND status <> 'duplicate')");
    while (lost.next_row()) {
        if (!invoices.has(lost.text(0)))
            faults.add(
                fmt::format("'{}' has outcomes that were replaced, and no row", printable(lost.text(0))));
    }
    SqliteStatement unbooked(database,
                             "SELECT id FROM history AS former WHERE status = 'booked' AND NOT EXISTS"
                             " (SELECT 1 FROM pruned WHERE id = former.id AND status = 'booked')");
    while (unbooked.next_row()) {
        if (!invoices.has_booked(unbooked.text(0)))
            faults.add(fmt::format("'{}' was booked, and its row is not", printable(unbooked.text(0))));
    }
}

}  // namespace

void check_pruned(SqliteConnection& database, SealFaults& faults) {
    check_commits(database, faults);
    Invoices invoices(database);
    check_booked_once(database, invoices, faults);
    check_places(database, invoices, faults);
}

}  // namespace pipeline
