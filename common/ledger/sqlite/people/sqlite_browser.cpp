// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/sqlite_browser.hpp"

#include <fmt/format.h>

#include <list>

#include "common/base/error.hpp"
#include "common/ledger/sqlite/ledger_versions.hpp"
#include "common/ledger/sqlite/people/ledger_fields.hpp"
#include "common/ledger/sqlite/people/selection_sql.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"

namespace pipeline {
namespace {

// The number of the column behind those of kLedgerColumns.
constexpr auto kBehind = static_cast<int>(kLedgerColumns.size());

class SqliteBrowser final : public LedgerBrowser {
  public:
    explicit SqliteBrowser(SqliteConnection& database) : database_(&database) {}

    std::uint64_t count(const RowSelection& selection) override {
        std::uint64_t rows = 0;
        for_each_status(selection, [&](RowStatus status) {
            SqliteStatement find(*database_, fmt::format("SELECT count(*) FROM invoices WHERE {}",
                                                         condition_sql(selection, status)));
            bind_selection(find, selection);
            if (find.first_row()) rows += static_cast<std::uint64_t>(find.integer(0));
            find.finish();
        });
        return rows;
    }

    // Merges the rows of each status: the index has them in this order.
    void newest(const RowSelection& selection, std::uint64_t most, const Take& take) override {
        std::list<SqliteStatement> open;
        for_each_status(selection, [&](RowStatus status) {
            auto& query = open.emplace_back(
                *database_, fmt::format("SELECT {} FROM invoices WHERE {} ORDER BY stored_at DESC, rowid DESC"
                                        " LIMIT ?3",
                                        columns_sql(), condition_sql(selection, status)));
            bind_selection(query, selection);
            query.bind(3, static_cast<std::int64_t>(most));
            if (!query.first_row()) open.pop_back();
        });
        constexpr int kStoredAt = static_cast<int>(ledger_column("stored_at"));
        for (; most != 0 && !open.empty(); --most) {
            auto next = open.begin();
            for (auto each = open.begin(); each != open.end(); ++each) {
                if (each->integer(kStoredAt) > next->integer(kStoredAt)) next = each;
            }
            read_fields(*next, row_);
            take(row_);
            if (!next->next_row()) open.erase(next);
        }
    }

    std::optional<RowPage> read(const RowSelection& selection, const RowPage& page,
                                const Take& take) override {
        RowPage rest = page;
        if (rest.until == 0) rest.until = last_rowid();
        SqliteStatement rows(
            *database_, fmt::format("SELECT {}, rowid FROM invoices WHERE rowid > ?3 AND rowid <= ?4 AND {}"
                                    " ORDER BY rowid",
                                    columns_sql(), condition_sql(selection)));
        bind_selection(rows, selection);
        rows.bind(3, rest.after);
        rows.bind(4, rest.until);
        for (std::size_t bytes = 0; rows.next_row();) {
            bytes += read_fields(rows, row_) + sizeof row_;
            take(row_);
            if (bytes <= rest.most_bytes) continue;
            rest.after = rows.integer(kBehind);
            rows.finish();
            return rest;
        }
        return std::nullopt;
    }

    void walk(RowStatus status, const RowMark& behind, const TakeOutline& take) override {
        SqliteStatement rows(
            *database_,
            fmt::format("SELECT id, reason, attempts, stored_at, due_at, leased_until, rowid FROM invoices"
                        " WHERE status = '{}' AND (stored_at, rowid) < (?1, ?2)"
                        " ORDER BY stored_at DESC, rowid DESC",
                        to_text(status)));
        rows.bind(1, behind.stored_at_us);
        rows.bind(2, behind.row);
        RowOutline outline;
        outline.status = status;
        while (rows.next_row()) {
            outline.id = rows.text(0);
            outline.reason = rows.text(1);
            outline.attempts = rows.integer(2);
            outline.mark = {rows.integer(3), rows.integer(6)};
            outline.due_at_us = rows.is_null(4) ? std::nullopt : std::optional(rows.integer(4));
            outline.is_leased = !rows.is_null(5);
            if (!take(outline)) return rows.finish();
        }
    }

    // No index has the times of booked rows, but the rows lie in the order of booking.
    void times(RowStatus status, std::int64_t since_us, const TakeTime& take) override {
        const bool is_booked = status == RowStatus::Booked;
        SqliteStatement rows(
            *database_, is_booked ? std::string("SELECT stored_at, status FROM invoices ORDER BY rowid DESC")
                                  : fmt::format("SELECT stored_at FROM invoices WHERE status = '{}' AND"
                                                " stored_at >= ?1 ORDER BY stored_at DESC",
                                                to_text(status)));
        if (!is_booked) rows.bind(1, since_us);
        std::uint64_t older = 0;  // rows in a row; a clock that was set back makes a few
        constexpr std::uint64_t kEnough = 1000;
        while (rows.next_row()) {
            const std::int64_t stored_at_us = rows.integer(0);
            older = stored_at_us < since_us ? older + 1 : 0;
            if (older == kEnough) return rows.finish();
            if (older != 0 || (is_booked && rows.text(1) != to_text(RowStatus::Booked))) continue;
            if (!take(stored_at_us)) return rows.finish();
        }
    }

    bool find(std::string_view id, const Take& take) override {
        return take_rows(fmt::format("SELECT {} FROM invoices WHERE id = ?1", columns_sql()), id, 1, take) !=
               0;
    }

    std::uint64_t history(std::string_view id, std::uint64_t most, const Take& take) override {
        take_rows(fmt::format("SELECT {} FROM history WHERE id = ?1 ORDER BY stored_at DESC, rowid DESC",
                              columns_sql()),
                  id, most, take);
        return count_of("SELECT count(*) FROM history WHERE id = ?1", id);
    }

    std::vector<DuplicateRow> duplicates(std::string_view id, std::uint64_t most,
                                         std::uint64_t& count) override {
        std::vector<DuplicateRow> all;
        SqliteStatement rows(*database_,
                             "SELECT source, position, seen_at FROM duplicates WHERE id = ?1"
                             " ORDER BY seen_at DESC LIMIT ?2");
        rows.bind(1, id);
        rows.bind(2, static_cast<std::int64_t>(most));
        while (rows.next_row()) {
            all.push_back(
                {std::string(rows.text(0)), static_cast<std::uint64_t>(rows.integer(1)), rows.integer(2)});
        }
        count =
            all.size() < most ? all.size() : count_of("SELECT count(*) FROM duplicates WHERE id = ?1", id);
        return all;
    }

    std::optional<std::uint64_t> body_bytes(std::string_view id) override {
        SqliteStatement find(*database_, "SELECT length(body) FROM bodies WHERE id = ?1");
        find.bind(1, id);
        if (!find.first_row()) return std::nullopt;
        const auto bytes = static_cast<std::uint64_t>(find.integer(0));
        find.finish();
        return bytes;
    }

    std::vector<PrunedRow> pruned(std::string_view id, std::uint64_t most) override {
        std::vector<PrunedRow> all;
        SqliteStatement rows(
            *database_, "SELECT source, position, status FROM pruned WHERE id = ?1 ORDER BY rowid LIMIT ?2");
        rows.bind(1, id);
        rows.bind(2, static_cast<std::int64_t>(most));
        while (rows.next_row()) {
            all.push_back({std::string(rows.text(0)), static_cast<std::uint64_t>(rows.integer(1)),
                           std::string(rows.text(2))});
        }
        return all;
    }

    std::vector<OpenHead> heads() override {
        std::vector<OpenHead> all;
        SqliteStatement find(*database_, "SELECT source FROM generations WHERE generation = ?1");
        for (const ChainHead& head : open_heads(*database_)) {
            find.bind(1, static_cast<std::int64_t>(head.generation));
            std::string source = find.first_row() ? std::string(find.text(0)) : std::string();
            find.finish();
            all.push_back({head.generation, std::move(source), head.number, head.stored_at_us, head.head});
        }
        return all;
    }

  private:
    template <class Action>
    static void for_each_status(const RowSelection& selection, Action&& action) {
        for (std::size_t i = 0; i < kRowStatuses.size(); ++i) {
            if (selection.statuses[i]) action(static_cast<RowStatus>(i));
        }
    }

    std::int64_t last_rowid() {
        SqliteStatement find(*database_, "SELECT coalesce(max(rowid), 0) FROM invoices");
        const std::int64_t last = find.first_row() ? find.integer(0) : 0;
        find.finish();
        return last;
    }

    std::uint64_t count_of(const char* sql, std::string_view id) {
        SqliteStatement find(*database_, sql);
        find.bind(1, id);
        const auto count = find.first_row() ? static_cast<std::uint64_t>(find.integer(0)) : 0;
        find.finish();
        return count;
    }

    std::uint64_t take_rows(const std::string& sql, std::string_view id, std::uint64_t most,
                            const Take& take) {
        SqliteStatement rows(*database_, sql);
        rows.bind(1, id);
        std::uint64_t taken = 0;
        while (taken < most && rows.next_row()) {
            read_fields(rows, row_);
            take(row_);
            ++taken;
        }
        rows.finish();
        return taken;
    }

    SqliteConnection* database_;
    LedgerRow row_;
};

}  // namespace

void browse_sqlite_ledger(const std::filesystem::path& path,
                          const std::function<void(LedgerBrowser&)>& browse,
                          std::optional<std::chrono::steady_clock::time_point> until) {
    const auto read = [&](SqliteReader& reader) {
        if (reader.version() < kLedgerSchemaVersion) {
            throw Failure(ExitStatus::Configuration,
                          fmt::format("ledger {}: its schema is version {}, and this program reads {}; start "
                                      "a supervisor of this version once, which brings it up to date",
                                      path.string(), reader.version(), kLedgerSchemaVersion));
        }
        SqliteBrowser browser(reader.database());
        browse(browser);
    };
    read_sqlite_ledger(path, read, until);
}

}  // namespace pipeline
