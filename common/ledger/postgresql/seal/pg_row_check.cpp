// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_row_check.hpp"

#include <fmt/format.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/postgresql/seal/pg_row_digest.hpp"
#include "common/ledger/seal/chain_check.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {
namespace {

// A link with results. All of its numbers are compared as the server sorts them: with a sign.
struct ResultsLink {
    std::int64_t generation;
    std::int64_t number;
    std::int64_t first;
    std::int64_t recorded;
    std::uint64_t changed;
    Digest digest;
};

// The links with results, in the order of generation and number. Reads them in pages: the connection has one
// cursor, and that reads the rows.
class ResultsLinks {
  public:
    explicit ResultsLinks(PgConnection& database) : database_(&database) {}

    std::optional<ResultsLink> next() {
        if (page_.empty() && !is_last_page_) read_page();
        if (page_.empty()) return std::nullopt;
        ResultsLink link = page_.front();
        page_.pop_front();
        return link;
    }

  private:
    static constexpr int kPage = 1000;

    void read_page() {
        const PgResult rows = database_->run(
            fmt::format("SELECT generation, number, first, recorded, changed, digest FROM commits"
                        " WHERE (generation, number) > ($1, $2) AND kind IN ('results', 'decided')"
                        " ORDER BY generation, number LIMIT {}",
                        kPage),
            PgParameters().add(generation_).add(number_));
        for (int row = 0; row < rows.rows(); ++row) {
            page_.push_back({rows.integer(row, 0), rows.integer(row, 1), rows.integer(row, 2),
                             rows.integer(row, 3), static_cast<std::uint64_t>(rows.integer(row, 4)),
                             rows.digest(row, 5)});
        }
        is_last_page_ = rows.rows() < kPage;
        if (page_.empty()) return;
        generation_ = page_.back().generation;
        number_ = page_.back().number;
    }

    PgConnection* database_;
    std::deque<ResultsLink> page_;
    std::int64_t generation_ = INT64_MIN;
    std::int64_t number_ = INT64_MIN;
    bool is_last_page_ = false;
};

// The sealed columns follow this one.
constexpr int kTable = 0;
constexpr int kFirst = 1;
constexpr int kGeneration = kFirst + pg_sealed_column("generation");
constexpr int kRecord = kFirst + pg_sealed_column("record");
constexpr int kId = kFirst + pg_sealed_column("id");
constexpr int kDigest = kFirst + pg_sealed_column("digest");

std::string all_rows_sql() {
    std::string sql;
    for (std::size_t i = 0; i < kPgSealedTables.size(); ++i) {
        const auto table = static_cast<PgSealedTable>(i);
        sql += fmt::format("{}SELECT {}::bigint, {} FROM {}", sql.empty() ? "" : " UNION ALL ", i,
                           pg_sealed_columns(table), to_text(table));
    }
    return fmt::format("{} ORDER BY {}, {}", sql, kGeneration + 1, kRecord + 1);
}

class PgRowCheck {
  public:
    PgRowCheck(PgConnection& database, SealFaults& faults)
        : database_(&database), faults_(&faults), links_(database) {}

    std::uint64_t check() {
        link_ = links_.next();
        database_->for_each(all_rows_sql(), {}, [this](const PgResult& rows, int row) {
            take(rows, row);
            return true;
        });
        while (link_) end_link();
        return rows_;
    }

  private:
    void take(const PgResult& rows, int row) {
        ++rows_;
        const auto table = static_cast<PgSealedTable>(rows.integer(row, kTable));
        const Digest digest =
            table == PgSealedTable::Pruned ? rows.digest(row, kDigest) : values_.of(table, rows, row, kFirst);
        if (table != PgSealedTable::Pruned && !rows.is_null(row, kDigest) &&
            rows.digest(row, kDigest) != digest)
            fail_row(table, rows.text(row, kId), "has a digest that is not the one of its values");
        if (rows.is_null(row, kGeneration) || rows.is_null(row, kRecord))
            return fail_row(table, rows.text(row, kId), "belongs to no commit");
        const std::int64_t generation = rows.integer(row, kGeneration);
        const std::int64_t record = rows.integer(row, kRecord);
        while (link_ && (link_->generation < generation ||
                         (link_->generation == generation && link_->recorded <= record)))
            end_link();
        if (!link_ || link_->generation != generation || record < link_->first)
            return fail_row(table, rows.text(row, kId), "belongs to no commit");
        sealed_.add(digest);
    }

    void fail_row(PgSealedTable table, std::string_view id, const char* what) {
        faults_->add(table == PgSealedTable::Invoices
                         ? fmt::format("the row of '{}' {}", printable(id), what)
                         : fmt::format("a row of '{}' in {} {}", printable(id), to_text(table), what));
    }

    void end_link() {
        const std::uint64_t rows = sealed_.rows();
        const Digest digest = sealed_.finish();
        if (rows != link_->changed || digest != link_->digest)
            faults_->add(changed_rows_fault(
                {static_cast<std::uint64_t>(link_->generation), static_cast<std::uint64_t>(link_->number),
                 static_cast<std::uint64_t>(link_->first), static_cast<std::uint64_t>(link_->recorded),
                 link_->changed},
                rows));
        link_ = links_.next();
    }

    PgConnection* database_;
    SealFaults* faults_;
    ResultsLinks links_;
    std::optional<ResultsLink> link_;  // the one whose rows come now
    RowsDigest sealed_;                // of its rows so far
    PgRowDigest values_;
    std::uint64_t rows_ = 0;
};

}  // namespace

std::uint64_t check_pg_rows(PgConnection& database, SealFaults& faults) {
    return PgRowCheck(database, faults).check();
}

}  // namespace pipeline
