// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/pg_taker.hpp"

#include <fmt/format.h>

#include <exception>
#include <string_view>
#include <utility>

#include "common/ledger/ledger_id.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"

namespace pipeline {
namespace {

using std::chrono::microseconds;

// The server's clock, in microseconds since 1970.
constexpr const char* kNow = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

constexpr const char* kTakenColumns =
    "SELECT key, id, position, round, attempts, status, failures, coalesce(first_failed_at, 0), reason,"
    " coalesce((SELECT octet_length(body)::bigint FROM bodies WHERE bodies.key = invoices.key), -1),"
    " leased_until IS NOT NULL FROM invoices";

// A row that was stored so far in the future was stored by a clock that has been set back since: nothing may
// wait for as long as it was set back.
constexpr std::int64_t kClockSlackUs = microseconds(std::chrono::seconds(2)).count();

// The rows that a scope may take.
std::string scope_sql(const TakerScope& scope) {
    std::string sql = "source = $1 AND due_at IS NOT NULL AND status <> 'booked'";
    if (scope.generation) {
        sql += fmt::format(" AND (status <> 'waiting' OR generation = {})",
                           static_cast<std::int64_t>(*scope.generation));
    }
    return sql;
}

class PgTaker final : public LedgerTaker {
    // After a failure, the next call connects anew.
    template <class Action>
    auto attempt(Action&& action) {
        try {
            if (database_ != nullptr && !database_->is_open()) database_.reset();
            if (database_ == nullptr)
                database_ = std::make_unique<PgConnection>(log_in(url_, false, known_()).database);
            return action(*database_);
        } catch (const std::exception& error) {
            database_.reset();
            throw LedgerUnavailable(fmt::format("ledger {}: {}", url_, error.what()));
        }
    }

  public:
    PgTaker(std::string url, TakerScope scope, std::function<KnownLedger()> known)
        : url_(std::move(url)),
          scope_(std::move(scope)),
          mine_(scope_sql(scope_)),
          early_(fmt::format("status = 'waiting' AND stored_at > {0} + {1} AND leased_until IS NULL AND"
                             " due_at > {0} AND {2}",
                             kNow, kClockSlackUs, mine_)),
          known_(std::move(known)) {}

    std::vector<TakenRow> take(std::size_t most, microseconds lease,
                               const std::unordered_set<std::string>& in_flight) override {
        return attempt([&](PgConnection& database) {
            std::vector<TakenRow> taken;
            database.begin();
            database.send(fmt::format("UPDATE invoices SET due_at = {} WHERE {}", kNow, early_), source());
            const PgResult due = database.run(fmt::format("{} WHERE {} AND due_at <= {}"
                                                          " ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED",
                                                          kTakenColumns, mine_, kNow),
                                              source().add(static_cast<std::int64_t>(most)));
            choose(database, due, in_flight, taken);
            send_leases(database, lease);
            database.commit();
            return taken;
        });
    }

    std::vector<TakenRow> take_for_a_try(microseconds lease) override {
        return attempt([&](PgConnection& database) {
            std::vector<TakenRow> taken;
            database.begin();
            const PgResult longest_ago =
                database.run(fmt::format("{} WHERE {} AND status = 'waiting' AND leased_until IS NULL"
                                         " ORDER BY stored_at LIMIT 1 FOR UPDATE SKIP LOCKED",
                                         kTakenColumns, mine_),
                             source());
            choose(database, longest_ago, {}, taken);
            send_leases(database, lease);
            database.commit();
            return taken;
        });
    }

    void renew(std::span<const TakenRow> rows, microseconds lease) override {
        if (!rows.empty()) put_off(rows, lease, true);
    }

    void give_back(std::span<const TakenRow> rows, microseconds delay) override {
        if (!rows.empty()) put_off(rows, delay, false);
    }

    void end_leases(const std::unordered_set<std::string>& in_flight) override {
        std::vector<TakenRow> rows;
        attempt([&](PgConnection& database) {
            const PgResult leased = database.run(
                fmt::format("SELECT id, round FROM invoices WHERE {} AND leased_until IS NOT NULL", mine_),
                source());
            for (int row = 0; row < leased.rows(); ++row) {
                TakenRow each;
                each.id = id_of_stored(leased.text(row, 0));
                each.earlier.round = static_cast<std::uint32_t>(leased.integer(row, 1));
                if (!in_flight.contains(each.id)) rows.push_back(std::move(each));
            }
            return true;
        });
        give_back(rows, microseconds::zero());
    }

    std::optional<microseconds> until_next() override {
        return attempt([&](PgConnection& database) { return until_next(database); });
    }

  private:
    [[nodiscard]] PgParameters source() const {
        return std::move(PgParameters().add(std::string_view(scope_.source)));
    }

    [[nodiscard]] std::optional<microseconds> until_next(PgConnection& database) const {
        const PgResult next = database.run(
            fmt::format(
                "SELECT CASE WHEN EXISTS(SELECT 1 FROM invoices WHERE {}) THEN 0 ELSE"
                " (SELECT greatest(due_at - {}, 0) FROM invoices WHERE {} ORDER BY due_at LIMIT 1) END",
                early_, kNow, mine_),
            source());
        if (next.is_null(0, 0)) return std::nullopt;
        return microseconds(next.integer(0, 0));
    }

    // Takes rows until their bodies are many bytes. A row that is under way here keeps its round.
    void choose(PgConnection& database, const PgResult& due, const std::unordered_set<std::string>& in_flight,
                std::vector<TakenRow>& taken) {
        lease_keys_.clear();
        extend_keys_.clear();
        PgArray with_body(PgArray::Type::Text);
        std::vector<int> rows;
        std::uint64_t bytes = 0;
        for (int row = 0; row < due.rows() && bytes < kBodiesAtOnce; ++row) {
            const bool is_leased = due.boolean(row, 10);
            const bool is_ours = is_leased && in_flight.contains(id_of_stored(due.text(row, 1)));
            (is_ours ? extend_keys_ : lease_keys_).add(due.text(row, 0));
            if (is_ours) continue;
            rows.push_back(row);
            const std::int64_t size = due.integer(row, 9);
            if (size >= 0) with_body.add(due.text(row, 0));
            if (size > 0) bytes += static_cast<std::uint64_t>(size);
        }
        std::optional<PgResult> bodies;
        if (with_body.size() != 0) {
            bodies.emplace(
                database.run("SELECT body FROM unnest($1) WITH ORDINALITY AS asked(key, place)"
                             " JOIN bodies USING (key) ORDER BY place",
                             PgParameters().add(with_body)));
            if (static_cast<std::size_t>(bodies->rows()) != with_body.size())
                throw PgError(PgError::Kind::Again, "a body has gone meanwhile");
        }
        int next_body = 0;
        for (const int row : rows) {
            DueRow each;
            each.id = due.text(row, 1);
            each.position = static_cast<std::uint64_t>(due.integer(row, 2));
            each.round = due.integer(row, 3);
            each.attempts = due.integer(row, 4);
            each.status = due.text(row, 5);
            each.failures = due.integer(row, 6);
            each.first_failed_us = due.integer(row, 7);
            each.reason = due.text(row, 8);
            std::optional<std::string> body;
            if (due.integer(row, 9) >= 0) body = bodies->text(next_body++, 0);
            taken.push_back(taken_row(each, std::move(body)));
        }
    }

    void send_leases(PgConnection& database, microseconds lease) {
        const auto send = [&](PgArray& keys, const char* round) {
            if (keys.size() == 0) return;
            database.send(fmt::format("UPDATE invoices SET {1}due_at = {0} + $2, leased_until = {0} + $2"
                                      " WHERE key = ANY($1)",
                                      kNow, round),
                          PgParameters().add(keys).add(std::int64_t{lease.count()}));
        };
        send(lease_keys_, "round = round + 1, ");
        send(extend_keys_, "");
    }

    // Rows that others have locked: a lease is renewed at the next time, one that ends is waited for.
    void put_off(std::span<const TakenRow> rows, microseconds delay, bool is_leased) {
        PgArray keys(PgArray::Type::Text), rounds(PgArray::Type::Integer);
        for (const TakenRow& row : rows) {
            keys.add(std::string_view(pg_key(stored_id(row.id))));
            rounds.add(std::int64_t{row.earlier.round});
        }
        attempt([&](PgConnection& database) {
            database.begin();
            database.send(
                fmt::format("WITH held AS (SELECT key FROM invoices JOIN unnest($1, $2) AS asked(key, round)"
                            " USING (key, round) WHERE leased_until IS NOT NULL ORDER BY key"
                            " FOR UPDATE OF invoices{})"
                            " UPDATE invoices SET due_at = {} + $3, leased_until = {}"
                            " WHERE key IN (SELECT key FROM held)",
                            is_leased ? " SKIP LOCKED" : "", kNow,
                            is_leased ? fmt::format("{} + $3", kNow) : "NULL"),
                PgParameters().add(keys).add(rounds).add(std::int64_t{delay.count()}));
            database.commit();
            return true;
        });
    }

    std::string url_;
    TakerScope scope_;
    std::string mine_, early_;
    std::function<KnownLedger()> known_;
    std::unique_ptr<PgConnection> database_;
    PgArray lease_keys_{PgArray::Type::Text}, extend_keys_{PgArray::Type::Text};
};

}  // namespace

std::unique_ptr<LedgerTaker> make_pg_taker(std::string url, TakerScope scope,
                                           std::function<KnownLedger()> known) {
    return std::make_unique<PgTaker>(std::move(url), std::move(scope), std::move(known));
}

}  // namespace pipeline
