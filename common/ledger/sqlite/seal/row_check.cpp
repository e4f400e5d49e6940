// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/row_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/seal/chain_check.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"
#include "common/ledger/sqlite/seal/digest_sql.hpp"
#include "common/ledger/sqlite/seal/pruned_check.hpp"
#include "common/ledger/sqlite/seal/rows_before.hpp"

namespace pipeline {
namespace {

constexpr const char* kOthers = "generation = ?1 AND record >= ?2 AND record < ?3";

std::string others_sql() {
    return fmt::format(
        "SELECT record, {0} FROM history WHERE {2} UNION ALL SELECT record, {1} FROM duplicates WHERE {2}"
        " UNION ALL SELECT record, digest FROM pruned WHERE {2}",
        outcome_digest_sql(), duplicate_digest_sql(), kOthers);
}

// A link of a chain whose rows are being read.
struct Link {
    std::uint64_t generation;
    std::uint64_t number;
    std::uint64_t first;
    std::uint64_t recorded;
    std::uint64_t changed;
    Digest digest;
};

class RowCheck {
  public:
    RowCheck(SqliteConnection& database, SealFaults& faults)
        : database_(&database),
          faults_(&faults),
          invoices_(database, fmt::format("SELECT generation, record, {}, id, digest FROM invoices"
                                          " ORDER BY rowid",
                                          outcome_digest_sql())),
          find_link_(database,
                     "SELECT number, first, recorded, changed, digest FROM commits WHERE generation = ?1"
                     " AND number > ?2 AND (kind = 'results' OR kind = 'decided') ORDER BY number LIMIT 1"),
          others_(database, others_sql()),
          has_others_(count_of("SELECT EXISTS(SELECT 1 FROM history) OR EXISTS(SELECT 1 FROM duplicates) OR"
                               " EXISTS(SELECT 1 FROM pruned)") != 0) {}

    std::uint64_t check() {
        while (invoices_.next_row()) take_invoice();
        if (link_) end_link();
        SqliteStatement chains(*database_, "SELECT DISTINCT generation FROM commits");
        while (chains.next_row()) {
            const auto generation = static_cast<std::uint64_t>(chains.integer(0));
            while (begin_link(generation)) end_link();
        }
        check_before();
        check_pruned(*database_, *faults_);
        return rows_;
    }

  private:
    std::int64_t count_of(const char* sql) {
        SqliteStatement find(*database_, sql);
        const std::int64_t count = find.first_row() ? find.integer(0) : 0;
        find.finish();
        return count;
    }

    void take_invoice() {
        ++rows_;
        const Digest digest = invoices_.digest(2);
        if (!invoices_.is_null(4) && invoices_.digest(4) != digest)
            fail_row("has a digest that is not the one of its values");
        if (invoices_.is_null(0) || invoices_.is_null(1)) return;  // check_before() takes it
        const auto generation = static_cast<std::uint64_t>(invoices_.integer(0));
        const auto record = static_cast<std::uint64_t>(invoices_.integer(1));
        if (link_ && (link_->generation != generation || record >= link_->recorded)) end_link();
        while (!link_) {
            if (!begin_link(generation)) {
                // Its chain has ended or, as check_before() will see, never begun.
                if (done_.contains(generation)) fail_row("belongs to no commit");
                return;
            }
            if (record >= link_->recorded) end_link();
        }
        if (record < link_->first && !done_.contains(generation)) {
            link_.reset();  // the chain began behind this row
            return;
        }
        if (record < link_->first) return fail_row("does not lie where its commit has written it");
        found_.emplace_back(record, digest);
        ++in_links_;
    }

    void fail_row(const char* what) {
        faults_->add(fmt::format("the row of '{}' {}", printable(invoices_.text(3)), what));
    }

    // Begins with the first link behind the last one that is done. Returns false if there is none.
    bool begin_link(std::uint64_t generation) {
        const auto done = done_.find(generation);
        find_link_.bind(1, static_cast<std::int64_t>(generation));
        find_link_.bind(2, static_cast<std::int64_t>(done == done_.end() ? 0 : done->second));
        if (!find_link_.first_row()) return false;
        link_ = {generation,
                 static_cast<std::uint64_t>(find_link_.integer(0)),
                 static_cast<std::uint64_t>(find_link_.integer(1)),
                 static_cast<std::uint64_t>(find_link_.integer(2)),
                 static_cast<std::uint64_t>(find_link_.integer(3)),
                 find_link_.digest(4)};
        find_link_.finish();
        return true;
    }

    void end_link() {
        take_others();
        std::sort(found_.begin(), found_.end(),
                  [](const FoundRow& a, const FoundRow& b) { return a.first < b.first; });
        RowsDigest sealed;
        for (const FoundRow& row : found_) sealed.add(row.second);
        found_.clear();
        const std::uint64_t rows = sealed.rows();
        const Digest digest = sealed.finish();
        if (rows != link_->changed || digest != link_->digest) {
            faults_->add(changed_rows_fault(
                {link_->generation, link_->number, link_->first, link_->recorded, link_->changed}, rows));
        }
        done_[link_->generation] = link_->number;
        link_.reset();
    }

    // Takes the rows of the present link that are not in invoices any more.
    void take_others() {
        if (!has_others_) return;
        others_.bind(1, static_cast<std::int64_t>(link_->generation));
        others_.bind(2, static_cast<std::int64_t>(link_->first));
        others_.bind(3, static_cast<std::int64_t>(link_->recorded));
        while (others_.next_row()) {
            found_.emplace_back(static_cast<std::uint64_t>(others_.integer(0)), others_.digest(1));
            ++elsewhere_;
        }
    }

    void check_before() {
        SqliteStatement find(
            *database_, fmt::format("SELECT changed, digest FROM commits WHERE generation = {} AND number = 1"
                                    " AND kind = 'before'",
                                    static_cast<std::int64_t>(kPeopleGeneration)));
        std::uint64_t changed = 0;
        Digest digest = RowsDigest().finish();
        if (find.first_row()) {
            changed = static_cast<std::uint64_t>(find.integer(0));
            digest = find.digest(1);
            find.finish();
        }
        RowsDigest rows;
        for_each_before(*database_, [&](const Digest& row, bool is_elsewhere) {
            rows.add(row);
            ++(is_elsewhere ? elsewhere_ : in_links_);
        });
        const std::uint64_t found = rows.rows();
        if (found != changed) {
            faults_->add(fmt::format("{} {} no commit, and {} {} there when the chains were begun",
                                     counted(found, "row"), verb(found, "has", "have"), changed,
                                     verb(changed, "was", "were")));
        } else if (rows.finish() != digest) {
            faults_->add(
                fmt::format("a value of the {} that were there when the chains were begun was changed",
                            counted(changed, "row")));
        }
        const auto others = static_cast<std::uint64_t>(
            count_of("SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM duplicates) +"
                     " (SELECT count(*) FROM pruned)"));
        if (rows_ != in_links_) {
            faults_->add(fmt::format("invoices has {}, and the commits have {} of them",
                                     counted(rows_, "row"), in_links_));
        }
        rows_ += others;
        if (others != elsewhere_) {
            faults_->add(
                fmt::format("history, duplicates and pruned have {}, and the commits have {} of them",
                            counted(others, "row"), elsewhere_));
        }
    }

    SqliteConnection* database_;
    SealFaults* faults_;
    SqliteStatement invoices_, find_link_, others_;
    bool has_others_;
    std::optional<Link> link_;
    using FoundRow = std::pair<std::uint64_t, Digest>;  // its number among the results, and its digest
    std::vector<FoundRow> found_;                       // the rows of the present link
    std::map<std::uint64_t, std::uint64_t> done_;       // the number of each chain's last link that is done
    std::uint64_t rows_ = 0;
    std::uint64_t in_links_ = 0;   // rows of invoices that belong to a commit
    std::uint64_t elsewhere_ = 0;  // the same of history, duplicates and pruned
};

}  // namespace

std::uint64_t check_rows(SqliteConnection& database, SealFaults& faults) {
    return RowCheck(database, faults).check();
}

}  // namespace pipeline
