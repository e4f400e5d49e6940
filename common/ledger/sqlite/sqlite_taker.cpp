// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/sqlite_taker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

#include "common/base/clock.hpp"
#include "common/ledger/ledger_id.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/engine/transaction_start.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/ledger_changes.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"
#include "common/ledger/sqlite/turn/ledger_turn.hpp"

namespace pipeline {
namespace {

using std::chrono::microseconds;

// A due time so far behind the ledger's clock was set by a clock that has been set back since: a row is
// stored before it is due.
constexpr microseconds kClockSlack = std::chrono::seconds(2);

std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

// The rows that a scope may take.
std::string scope_sql(const TakerScope& scope) {
    std::string sql = "source = ?1 AND due_at NOT NULL AND status <> 'booked'";
    if (scope.generation) {
        sql += fmt::format(" AND (status <> 'waiting' OR generation = {})", stored(*scope.generation));
    }
    return sql;
}

constexpr const char* kTakenColumns =
    "SELECT id, position, round, attempts, status, failures, first_failed_at, reason,"
    " (SELECT body FROM bodies WHERE bodies.id = invoices.id), leased_until, serial FROM invoices";

// Three statements name their index: by itself SQLite takes invoices_due, and reads all rows that wait. Two
// of them look for rows that were stored in the future, each second.
struct Session {
    Session(const std::filesystem::path& ledger, const TakerScope& scope, const KnownLedger& known)
        : Session(ledger, open_ledger_database(ledger, false, known), scope_sql(scope)) {}
    Session(std::filesystem::path ledger, OpenLedger opened, const std::string& mine)
        : path(std::move(ledger)),
          look(opened.look),
          database(std::move(opened.database)),
          begin(database, "BEGIN IMMEDIATE"),
          commit(database, "COMMIT"),
          next(database, "SELECT due_at FROM invoices WHERE " + mine + " ORDER BY due_at LIMIT 1"),
          early(database,
                "SELECT 1 FROM invoices INDEXED BY invoices_not_booked"
                " WHERE status = 'waiting' AND stored_at > ?2 AND leased_until IS NULL"
                " AND due_at > ?3 AND " +
                    mine + " LIMIT 1"),
          due(database, kTakenColumns + (" WHERE " + mine) + " AND due_at <= ?2 ORDER BY due_at LIMIT ?3"),
          longest_ago(database, kTakenColumns +
                                    (" INDEXED BY invoices_not_booked WHERE status = 'waiting' AND " + mine) +
                                    " AND leased_until IS NULL ORDER BY stored_at LIMIT 1"),
          lease(database,
                "UPDATE invoices SET round = round + 1, due_at = ?2, leased_until = ?2 WHERE serial = ?1"),
          extend(database, "UPDATE invoices SET due_at = ?2, leased_until = ?2 WHERE serial = ?1"),
          put_off(database,
                  "UPDATE invoices SET due_at = ?2, leased_until = ?3 WHERE serial = ?1 AND round = ?4"
                  " AND leased_until NOT NULL"),
          leased(database, "SELECT id, round FROM invoices WHERE " + mine + " AND leased_until NOT NULL"),
          forget_delays(database,
                        "UPDATE invoices INDEXED BY invoices_not_booked SET due_at = ?2"
                        " WHERE status = 'waiting' AND stored_at > ?3"
                        " AND leased_until IS NULL AND due_at > ?2 AND " +
                            mine),
          ids(database, IdSlices::Filters::Shared) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    // As LedgerSession: if the log at the path is no longer this session's, it is left alone.
    ~Session() {
        if (!is_in_place()) database.keep_log_on_close(true);
    }
    [[nodiscard]] bool is_in_place() const noexcept {
        try {
            const LedgerLook now = look_at_ledger(path);
            return now.has_same_file(look) && now.has_same_logs(look);
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    std::filesystem::path path;
    LedgerLook look;
    SqliteConnection database;  // declared before its statements, so that they are destroyed first
    TransactionStart begin;
    SqliteStatement commit, next, early, due, longest_ago, lease, extend, put_off, leased, forget_delays;
    IdSlices ids;
};

TakenRow taken_row(const SqliteStatement& row) {
    DueRow due;
    due.id = row.text(0);
    due.position = static_cast<std::uint64_t>(row.integer(1));
    due.round = row.integer(2);
    due.attempts = row.integer(3);
    due.status = row.text(4);
    due.failures = row.integer(5);
    due.first_failed_us = row.is_null(6) ? 0 : row.integer(6);
    due.reason = row.text(7);
    return pipeline::taken_row(due, row.is_null(8) ? std::nullopt : std::optional<std::string>(row.bytes(8)));
}

class SqliteTaker final : public LedgerTaker {
    // After a failure, the next call opens the ledger anew. So it does if another file has its name.
    template <class Action>
    auto attempt(Action&& action) {
        try {
            // Without this, the taker would keep a removed log, which nobody else can reach any more.
            if (session_ != nullptr && !session_->is_in_place()) session_.reset();
            if (session_ == nullptr) {
                session_ = std::make_unique<Session>(path_, scope_, known_());
                changes_.watch(path_);
            }
            return action(*session_);
        } catch (const std::exception& error) {
            session_.reset();
            throw LedgerUnavailable(fmt::format("ledger {}: {}", path_.string(), error.what()));
        }
    }

  public:
    SqliteTaker(std::filesystem::path path, TakerScope scope, std::function<KnownLedger()> known)
        : path_(std::move(path)), scope_(std::move(scope)), known_(std::move(known)) {}

    std::vector<TakenRow> take(std::size_t most, microseconds lease,
                               const std::unordered_set<std::string>& in_flight) override {
        return attempt([&](Session& session) {
            std::vector<TakenRow> taken;
            const std::int64_t now = wall_us();
            const LedgerTurn::Wish wish(path_);
            session.begin.run();
            forget_foreign_clock(session, now);
            session.due.bind(1, scope_.source);
            session.due.bind(2, now);
            session.due.bind(3, static_cast<std::int64_t>(most));
            std::vector<std::int64_t> ours;     // serial numbers of what is due, and under way here
            std::vector<std::int64_t> serials;  // of `taken`
            std::uint64_t body_bytes = 0;
            while (body_bytes < kBodiesAtOnce && session.due.next_row()) {
                const std::int64_t serial = session.due.integer(10);
                if (!session.due.is_null(9) && in_flight.contains(id_of_stored(session.due.text(0)))) {
                    ours.push_back(serial);
                    continue;
                }
                taken.push_back(taken_row(session.due));
                serials.push_back(serial);
                if (const auto& body = taken.back().body) body_bytes += body->size();
            }
            session.due.finish();
            for (const auto serial : serials) lease_row(session.lease, serial, now + lease.count());
            for (const auto serial : ours) lease_row(session.extend, serial, now + lease.count());
            session.commit.run();
            return taken;
        });
    }

    std::vector<TakenRow> take_for_a_try(microseconds lease) override {
        return attempt([&](Session& session) {
            std::vector<TakenRow> taken;
            const LedgerTurn::Wish wish(path_);
            session.begin.run();
            session.longest_ago.bind(1, scope_.source);
            if (session.longest_ago.first_row()) {
                const std::int64_t serial = session.longest_ago.integer(10);
                taken.push_back(taken_row(session.longest_ago));
                session.longest_ago.finish();
                lease_row(session.lease, serial, wall_us() + lease.count());
            }
            session.commit.run();
            return taken;
        });
    }

    void renew(std::span<const TakenRow> rows, microseconds lease) override { put_off(rows, lease, true); }

    void give_back(std::span<const TakenRow> rows, microseconds delay) override {
        put_off(rows, delay, false);
    }

    void end_leases(const std::unordered_set<std::string>& in_flight) override {
        attempt([&](Session& session) {
            std::vector<TakenRow> rows;
            session.leased.bind(1, scope_.source);
            while (session.leased.next_row()) {
                TakenRow row;
                row.id = id_of_stored(session.leased.text(0));
                row.earlier.round = static_cast<std::uint32_t>(session.leased.integer(1));
                if (!in_flight.contains(row.id)) rows.push_back(std::move(row));
            }
            put_off(session, rows, microseconds::zero(), false);
        });
    }

    std::optional<microseconds> until_next() override {
        return attempt([&](Session& session) { return until_next(session); });
    }

    [[nodiscard]] int changes() const noexcept override { return session_ == nullptr ? -1 : changes_.fd(); }
    void forget_changes() noexcept override { changes_.forget(); }

  private:
    static void lease_row(SqliteStatement& statement, std::int64_t serial, std::int64_t until_us) {
        statement.bind(1, serial);
        statement.bind(2, until_us);
        statement.run();
    }

    [[nodiscard]] std::optional<microseconds> until_next(Session& session) {
        const std::int64_t now = wall_us();
        session.early.bind(1, scope_.source);
        session.early.bind(2, now + kClockSlack.count());
        session.early.bind(3, now);
        const bool is_early = session.early.first_row();
        session.early.finish();
        if (is_early) return microseconds::zero();
        session.next.bind(1, scope_.source);
        std::optional<microseconds> until;
        if (session.next.first_row())
            until = microseconds(std::max<std::int64_t>(session.next.integer(0) - now, 0));
        session.next.finish();
        return until;
    }

    // The clock was set back: nothing may wait for as long as it was set back.
    void forget_foreign_clock(Session& session, std::int64_t now) {
        session.forget_delays.bind(1, scope_.source);
        session.forget_delays.bind(2, now);
        session.forget_delays.bind(3, now + kClockSlack.count());
        session.forget_delays.run();
    }

    void put_off(std::span<const TakenRow> rows, microseconds delay, bool is_leased) {
        if (rows.empty()) return;
        attempt([&](Session& session) { put_off(session, rows, delay, is_leased); });
    }

    static void put_off(Session& session, std::span<const TakenRow> rows, microseconds delay,
                        bool is_leased) {
        if (rows.empty()) return;
        const std::int64_t due = wall_us() + delay.count();
        session.ids.begin();
        session.ids.load();  // before it has the lock: a large ledger has many filters
        const LedgerTurn::Wish wish(session.path);
        session.begin.run();
        session.ids.begin();
        for (const TakenRow& row : rows) {
            const auto serial = session.ids.find(stored_id(row.id));
            if (!serial) continue;  // it was pruned meanwhile
            session.put_off.bind(1, *serial);
            session.put_off.bind(2, due);
            if (is_leased) {
                session.put_off.bind(3, due);
            } else {
                session.put_off.bind_null(3);
            }
            session.put_off.bind(4, std::int64_t{row.earlier.round});
            session.put_off.run();
        }
        session.commit.run();
    }

    std::filesystem::path path_;
    TakerScope scope_;
    std::function<KnownLedger()> known_;
    std::unique_ptr<Session> session_;
    LedgerChanges changes_;
};

}  // namespace

std::unique_ptr<LedgerTaker> make_sqlite_taker(std::filesystem::path path, TakerScope scope,
                                               std::function<KnownLedger()> known) {
    return std::make_unique<SqliteTaker>(std::move(path), std::move(scope), std::move(known));
}

}  // namespace pipeline
