// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_browser.hpp"

#include <fmt/format.h>

#include <utility>

#include "common/base/utf8.hpp"
#include "common/ledger/postgresql/people/pg_fields.hpp"
#include "common/ledger/postgresql/people/pg_hosts.hpp"
#include "common/ledger/postgresql/people/pg_selection.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"
#include "common/ledger/postgresql/seal/pg_people_chain.hpp"

namespace pipeline {
namespace {

class PgBrowser final : public LedgerBrowser {
  public:
    explicit PgBrowser(PgConnection& database) : database_(&database) {}

    std::uint64_t count(const RowSelection& selection) override {
        const PgSelection chosen(selection);
        if (!chosen.may_choose()) return 0;
        const PgResult found = database_->run(
            fmt::format("SELECT count(*) FROM invoices WHERE {}", chosen.condition()), chosen.parameters());
        return static_cast<std::uint64_t>(found.integer(0, 0));
    }

    // Merges the rows of each status: the indices have them in this order.
    void newest(const RowSelection& selection, std::uint64_t most, const Take& take) override {
        const PgSelection chosen(selection);
        if (!chosen.may_choose()) return;
        std::string sql;
        for (std::size_t i = 0; i < kRowStatuses.size(); ++i) {
            if (!selection.statuses[i]) continue;
            sql += fmt::format(
                "{}(SELECT * FROM invoices WHERE {} ORDER BY stored_at DESC, row DESC LIMIT"
                " $3)",
                sql.empty() ? "" : " UNION ALL ", chosen.condition(static_cast<RowStatus>(i)));
        }
        for_each_row(fmt::format("SELECT {} FROM ({}) AS chosen ORDER BY stored_at DESC, row DESC LIMIT $3",
                                 pg_outcome_fields(), sql),
                     chosen.parameters().add(most), take);
    }

    // A page is a range of times: the rows of a commit share theirs, so it ends only behind all of these.
    std::optional<RowPage> read(const RowSelection& selection, const RowPage& page,
                                const Take& take) override {
        const PgSelection chosen(selection);
        if (!chosen.may_choose()) return std::nullopt;
        RowPage rest = page;
        if (rest.until == 0)
            rest.until = database_->run("SELECT coalesce(max(stored_at), 0) FROM invoices").integer(0, 0);
        bool is_full = false;
        std::size_t bytes = 0;
        std::int64_t last = 0;
        database_->for_each(
            fmt::format("SELECT {} FROM invoices WHERE stored_at > $3 AND stored_at <= $4 AND {}"
                        " ORDER BY stored_at, row",
                        pg_outcome_fields(), chosen.condition()),
            chosen.parameters().add(rest.after == 0 ? INT64_MIN : rest.after).add(rest.until),
            [&](const PgResult& rows, int number) {
                const std::size_t length = read_pg_fields(rows, number, row_) + sizeof row_;
                const std::int64_t stored_at = row_[ledger_column("stored_at")].number;
                // With the time 0 as its beginning, the next page would begin anew.
                if (bytes > rest.most_bytes && stored_at != last && last != 0) {
                    is_full = true;
                    return false;
                }
                bytes += length;
                last = stored_at;
                take(row_);
                return true;
            });
        if (!is_full) return std::nullopt;
        rest.after = last;
        return rest;
    }

    void walk(RowStatus status, const RowMark& behind, const TakeOutline& take) override {
        RowOutline outline;
        outline.status = status;
        database_->for_each(
            fmt::format("SELECT id, reason, attempts, stored_at, due_at, leased_until, row FROM invoices"
                        " WHERE status = '{}' AND (stored_at, row) < ($1, $2)"
                        " ORDER BY stored_at DESC, row DESC",
                        to_text(status)),
            PgParameters().add(behind.stored_at_us).add(behind.row), [&](const PgResult& rows, int number) {
                outline.id = rows.text(number, 0);
                outline.reason = rows.text(number, 1);
                outline.attempts = rows.integer(number, 2);
                outline.mark = {rows.integer(number, 3), rows.integer(number, 6)};
                outline.due_at_us =
                    rows.is_null(number, 4) ? std::nullopt : std::optional(rows.integer(number, 4));
                outline.is_leased = !rows.is_null(number, 5);
                return take(outline);
            });
    }

    void times(RowStatus status, std::int64_t since_us, const TakeTime& take) override {
        database_->for_each(fmt::format("SELECT stored_at FROM invoices WHERE status = '{}' AND"
                                        " stored_at >= $1 ORDER BY stored_at DESC",
                                        to_text(status)),
                            PgParameters().add(since_us),
                            [&](const PgResult& rows, int number) { return take(rows.integer(number, 0)); });
    }

    bool find(std::string_view id, const Take& take) override {
        if (!is_readable_utf8(id)) return false;
        const std::string key = pg_key(id);
        return for_each_row(fmt::format("SELECT {} FROM invoices WHERE key = $1", pg_outcome_fields()),
                            of_key(key), take) != 0;
    }

    std::uint64_t history(std::string_view id, std::uint64_t most, const Take& take) override {
        if (!is_readable_utf8(id)) return 0;
        const std::string key = pg_key(id);
        for_each_row(fmt::format("SELECT {} FROM history WHERE key = $1 ORDER BY stored_at DESC, row DESC"
                                 " LIMIT $2",
                                 pg_outcome_fields()),
                     of_key(key).add(most), take);
        return count_of("history", key);
    }

    std::vector<DuplicateRow> duplicates(std::string_view id, std::uint64_t most,
                                         std::uint64_t& count) override {
        count = 0;
        if (!is_readable_utf8(id)) return {};
        const std::string key = pg_key(id);
        const PgResult rows = database_->run(
            "SELECT source, position, seen_at FROM duplicates WHERE key = $1 ORDER BY seen_at DESC LIMIT $2",
            of_key(key).add(most));
        std::vector<DuplicateRow> all;
        all.reserve(static_cast<std::size_t>(rows.rows()));
        for (int row = 0; row < rows.rows(); ++row) {
            all.push_back({std::string(rows.text(row, 0)), static_cast<std::uint64_t>(rows.integer(row, 1)),
                           rows.integer(row, 2)});
        }
        count = all.size() < most ? all.size() : count_of("duplicates", key);
        return all;
    }

    std::optional<std::uint64_t> body_bytes(std::string_view id) override {
        if (!is_readable_utf8(id)) return std::nullopt;
        const std::string key = pg_key(id);
        const PgResult found =
            database_->run("SELECT octet_length(body)::bigint FROM bodies WHERE key = $1", of_key(key));
        if (found.rows() == 0) return std::nullopt;
        return static_cast<std::uint64_t>(found.integer(0, 0));
    }

    std::vector<PrunedRow> pruned(std::string_view id, std::uint64_t most) override {
        if (!is_readable_utf8(id)) return {};
        const std::string key = pg_key(id);
        const PgResult rows = database_->run(
            "SELECT source, position, status FROM pruned WHERE key = $1 ORDER BY number LIMIT $2",
            of_key(key).add(most));
        std::vector<PrunedRow> all;
        all.reserve(static_cast<std::size_t>(rows.rows()));
        for (int row = 0; row < rows.rows(); ++row) {
            all.push_back({std::string(rows.text(row, 0)), static_cast<std::uint64_t>(rows.integer(row, 1)),
                           std::string(rows.text(row, 2))});
        }
        return all;
    }

    std::vector<OpenHead> heads() override {
        std::vector<OpenHead> all;
        for (PgOpenHead& open : open_pg_heads(*database_)) {
            const ChainHead& head = open.head;
            all.push_back(
                {head.generation, std::move(open.source), head.number, head.stored_at_us, head.head});
        }
        return all;
    }

    LedgerHosts hosts() override { return read_pg_hosts(*database_); }

  private:
    static PgParameters of_key(const std::string& key) {
        return std::move(PgParameters().add(std::string_view(key)));
    }

    std::uint64_t count_of(const char* table, const std::string& key) {
        const PgResult found =
            database_->run(fmt::format("SELECT count(*) FROM {} WHERE key = $1", table), of_key(key));
        return static_cast<std::uint64_t>(found.integer(0, 0));
    }

    std::uint64_t for_each_row(const std::string& sql, const PgParameters& parameters, const Take& take) {
        std::uint64_t taken = 0;
        database_->for_each(sql, parameters, [&](const PgResult& rows, int number) {
            read_pg_fields(rows, number, row_);
            take(row_);
            ++taken;
            return true;
        });
        return taken;
    }

    PgConnection* database_;
    LedgerRow row_;
};

}  // namespace

void browse_pg_ledger(const std::string& url, const std::function<void(LedgerBrowser&)>& browse,
                      const PgUntil& until) {
    read_pg_snapshot(
        url,
        [&](PgSnapshot& snapshot) {
            PgBrowser browser(snapshot.database);
            browse(browser);
        },
        until);
}

}  // namespace pipeline
