// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_pruned_check.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/postgresql/seal/pg_row_digest.hpp"
#include "common/ledger/seal/chain_check.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {
namespace {

class PrunedLinks {
  public:
    PrunedLinks(PgConnection& database, SealFaults& faults) : database_(&database), faults_(&faults) {
        next();
    }

    // The rows come in the order of their commits.
    void take(std::int64_t pruned_in, const Digest& row) {
        while (link_ && link_->number < pruned_in) end();
        if (link_ && link_->number == pruned_in) {
            sealed_.add(row);
        } else {
            ++strange_;
        }
    }

    void finish() {
        while (link_) end();
        if (strange_ == 0) return;
        faults_->add(fmt::format("{} in pruned {} no commit", counted(strange_, "row"),
                                 verb(strange_, "has", "have")));
    }

  private:
    struct Link {
        std::int64_t number;
        std::uint64_t changed;
        Digest digest;
    };

    void next() {
        const PgResult found = database_->run(
            "SELECT number, changed, digest FROM commits WHERE generation = $1 AND number > $2 AND"
            " kind = 'pruned' ORDER BY number LIMIT 1",
            PgParameters().add(kPeopleGeneration).add(last_));
        link_.reset();
        if (found.rows() == 0) return;
        link_ = {found.integer(0, 0), static_cast<std::uint64_t>(found.integer(0, 1)), found.digest(0, 2)};
        last_ = link_->number;
    }

    void end() {
        const std::uint64_t found = sealed_.rows();
        if (sealed_.finish() != link_->digest || found != link_->changed)
            faults_->add(changed_pruned_fault(static_cast<std::uint64_t>(link_->number), link_->changed));
        next();
    }

    PgConnection* database_;
    SealFaults* faults_;
    std::optional<Link> link_;
    std::int64_t last_ = 0;
    RowsDigest sealed_;
    std::uint64_t strange_ = 0;  // rows that no commit has pruned
};

void check_commits(PgConnection& database, SealFaults& faults) {
    PrunedLinks links(database, faults);
    PgRowDigest values;
    database.for_each(fmt::format("SELECT pruned_in, {} FROM pruned ORDER BY pruned_in, pruned.number",
                                  pg_sealed_columns(PgSealedTable::Pruned)),
                      {}, [&](const PgResult& rows, int row) {
                          links.take(rows.integer(row, 0), values.of(PgSealedTable::Pruned, rows, row, 1));
                          return true;
                      });
    links.finish();
}

// Adds a fault for each id that `select` finds: "'ID' WHAT".
void add_ids(PgConnection& database, const char* select, std::string_view what, SealFaults& faults) {
    database.for_each(select, {}, [&](const PgResult& rows, int row) {
        faults.add(fmt::format("'{}' {}", printable(rows.text(row, 0)), what));
        return true;
    });
}

}  // namespace

// An outcome that was replaced or came too late is history of a row, and an id that was booked stays booked.
// So a row that somebody has moved between the tables is found.
void check_pg_pruned(PgConnection& database, SealFaults& faults) {
    check_commits(database, faults);
    add_ids(database,
            "SELECT pruned.id FROM pruned JOIN invoices USING (key)"
            " WHERE pruned.status = 'booked' AND invoices.status = 'booked'"
            " UNION ALL SELECT min(id) FROM pruned WHERE status = 'booked'"
            " GROUP BY key HAVING count(*) > 1",
            "is booked twice", faults);
    add_ids(database,
            "WITH former AS (SELECT key, id FROM history UNION ALL SELECT key, id FROM pruned"
            " WHERE status = 'replaced') SELECT id FROM former WHERE NOT EXISTS"
            " (SELECT 1 FROM invoices WHERE key = former.key) AND NOT EXISTS (SELECT 1 FROM pruned"
            " WHERE key = former.key AND status <> 'replaced' AND status <> 'duplicate')",
            "has outcomes that were replaced, and no row", faults);
    add_ids(database,
            "SELECT id FROM history AS former WHERE status = 'booked' AND NOT EXISTS (SELECT 1"
            " FROM invoices WHERE key = former.key AND status = 'booked') AND NOT EXISTS"
            " (SELECT 1 FROM pruned WHERE key = former.key AND status = 'booked')",
            "was booked, and its row is not", faults);
}

}  // namespace pipeline
