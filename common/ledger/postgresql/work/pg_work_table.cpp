// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/work/pg_work_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "common/base/error.hpp"
#include "common/core/item.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/postgresql/work/pg_work_check.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// Rows that became visible late, or whose lease has ended, lie before those that were taken last: they are
// looked for so often, and whenever there are no others.
constexpr std::chrono::seconds kFromBeginning{1};

constexpr const char* kIsFree = "(t.taken_until IS NULL OR t.taken_until < now())";

// A lease that a crash of the server forgets frees its row: that is no reason to wait for the disk. The
// planner knows nothing of a table that grows and shrinks, and must not read or sort all of it.
constexpr const char* kSettings =
    "SELECT set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_bitmapscan', 'off', true)";

class PgWorkTable final : public WorkTable {
    // After a failure, open() connects anew.
    template <class Action>
    auto attempt(Action&& action) {
        try {
            if (database_ == nullptr) throw PgError(PgError::Kind::Unreachable, "the connection is lost");
            return action(*database_);
        } catch (const PgError& error) {
            database_.reset();
            fail(error);
        } catch (...) {
            database_.reset();
            throw;
        }
    }

    [[noreturn]] void fail(const PgError& error) const {
        throw LedgerUnavailable(fmt::format("the table {} in {}: {}", table_.text(), url_, error.what()));
    }

  public:
    PgWorkTable(std::string url, TableName table) : url_(std::move(url)), table_(std::move(table)) {}

    void open() override {
        if (database_ != nullptr && database_->is_open()) return;
        try {
            database_ = std::make_unique<PgConnection>(url_);
        } catch (const PgError& error) {
            fail(error);
        }
        attempt([&](PgConnection& database) {
            body_ = require_work_table(database, table_, url_);
            from_beginning_at_ = {};
        });
    }

    std::vector<WorkRow> take(const Want& want, microseconds lease) override {
        return attempt([&](PgConnection& database) {
            std::vector<WorkRow> rows;
            if (Clock::now() < from_beginning_at_) rows = take_behind(database, last_, want, lease);
            if (!rows.empty()) return rows;
            from_beginning_at_ = Clock::now() + kFromBeginning;
            return take_behind(database, std::nullopt, want, lease);
        });
    }

    void extend(std::span<const std::uint64_t> positions, microseconds lease) override {
        if (positions.empty()) return;
        attempt([&](PgConnection& database) {
            PgArray numbers(PgArray::Type::Integer);
            for (const std::uint64_t position : positions) numbers.add(static_cast<std::int64_t>(position));
            begin(database);
            database.send(
                fmt::format("WITH held AS (SELECT t.position FROM {0} AS t WHERE t.position = ANY($1)"
                            " AND t.taken_until IS NOT NULL FOR UPDATE SKIP LOCKED)"
                            " UPDATE {0} AS t SET taken_until = now() + $2 * interval '1 us' FROM held"
                            " WHERE t.position = held.position",
                            table_.sql()),
                PgParameters().add(numbers).add(std::int64_t{lease.count()}));
            database.commit();
        });
    }

    void give_back(std::span<const WorkRow> rows) override {
        if (rows.empty()) return;
        attempt([&](PgConnection& database) {
            PgArray positions(PgArray::Type::Integer), ends(PgArray::Type::Integer);
            for (const WorkRow& row : rows) {
                positions.add(static_cast<std::int64_t>(row.position));
                ends.add(row.until_us);
            }
            begin(database);
            database.send(fmt::format("WITH mine AS (SELECT t.position FROM {0} AS t JOIN unnest($1, $2)"
                                      " AS r(position, until) ON t.position = r.position AND"
                                      " {1} = r.until FOR UPDATE OF t SKIP LOCKED)"
                                      " UPDATE {0} AS t SET taken_until = NULL FROM mine"
                                      " WHERE t.position = mine.position",
                                      table_.sql(), kUntil),
                          PgParameters().add(positions).add(ends));
            database.commit();
        });
        from_beginning_at_ = {};
    }

    Count count(std::uint64_t most) override {
        return attempt([&](PgConnection& database) {
            const auto rows_that = [&](const std::string& condition) {
                return fmt::format(
                    "(SELECT count(*) FROM (SELECT 1 FROM {} AS t WHERE {} LIMIT $1) AS counted)",
                    table_.sql(), condition);
            };
            const PgResult found = database.run(
                fmt::format("SELECT {}, {}", rows_that(kIsFree), rows_that(fmt::format("NOT {}", kIsFree))),
                PgParameters().add(most));
            return Count{static_cast<std::uint64_t>(found.integer(0, 0)),
                         static_cast<std::uint64_t>(found.integer(0, 1))};
        });
    }

  private:
    // Exact: a timestamp counts microseconds.
    static constexpr const char* kUntil = "(extract(epoch FROM t.taken_until) * 1000000)::bigint";

    static void begin(PgConnection& database) {
        database.begin();
        database.send(kSettings);
    }

    // Takes rows behind a position, or any.
    std::vector<WorkRow> take_behind(PgConnection& database, std::optional<std::int64_t> last,
                                     const Want& want, microseconds lease) {
        begin(database);
        // Locks `$2` rows at most, and takes the first of them until they have `$3` bytes. An id or a body
        // that is too long stays there, whatever its size is.
        database.send(
            fmt::format(
                "WITH free AS (SELECT t.position, coalesce(octet_length({1}), 0)::bigint +"
                " coalesce(octet_length(t.id::text), 0) + 64 AS size"
                " FROM {0} AS t WHERE {2} AND t.position > $1 ORDER BY t.position LIMIT $2"
                " FOR UPDATE SKIP LOCKED),"
                " chosen AS (SELECT position FROM (SELECT position, sum(least(size, $4)) OVER"
                " (ORDER BY position) - least(size, $4) AS before FROM free) AS sizes WHERE before < $3)"
                " UPDATE {0} AS t SET taken_until = now() + $5 * interval '1 us' FROM chosen"
                " WHERE t.position = chosen.position RETURNING t.position::bigint, {3},"
                " CASE WHEN octet_length(t.id::text) > {4} THEN left(t.id::text, {4} + 1) || md5(t.id::text)"
                " ELSE t.id::text END, coalesce(octet_length({1}), 0) > $4,"
                " CASE WHEN octet_length({1}) > $4 THEN NULL ELSE {1} END",
                table_.sql(), body_, kIsFree, kUntil, kMaxIdBytes),
            PgParameters()
                .add(last.value_or(std::numeric_limits<std::int64_t>::min()))
                .add(static_cast<std::uint64_t>(want.rows))
                .add(want.bytes)
                .add(want.body_max)
                .add(std::int64_t{lease.count()}));
        database.send("COMMIT");
        const auto results = database.finish();
        const PgResult& taken = results[results.size() - 2];
        std::vector<WorkRow> rows;
        rows.reserve(static_cast<std::size_t>(taken.rows()));
        for (int row = 0; row < taken.rows(); ++row) {
            WorkRow each;
            each.position = static_cast<std::uint64_t>(taken.integer(row, 0));
            each.until_us = taken.integer(row, 1);
            each.id = taken.text(row, 2);
            each.is_body_too_long = taken.boolean(row, 3);
            if (!taken.is_null(row, 4)) each.body = taken.text(row, 4);
            rows.push_back(std::move(each));
        }
        std::sort(rows.begin(), rows.end(), [](const WorkRow& one, const WorkRow& other) {
            return static_cast<std::int64_t>(one.position) < static_cast<std::int64_t>(other.position);
        });
        if (!rows.empty()) last_ = static_cast<std::int64_t>(rows.back().position);
        return rows;
    }

    std::string url_;
    TableName table_;
    std::string body_;  // the expression for a row's body
    std::unique_ptr<PgConnection> database_;
    std::optional<std::int64_t> last_;  // the highest position of the last rows that were taken
    Clock::time_point from_beginning_at_{};
};

}  // namespace

std::unique_ptr<WorkTable> make_pg_work_table(std::string url, TableName table) {
    return std::make_unique<PgWorkTable>(std::move(url), std::move(table));
}

}  // namespace pipeline
