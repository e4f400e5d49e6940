// SPDX-License-Identifier: Apache-2.0
// One contract, two kinds of ledger: whatever comes in whatever order, a ledger in PostgreSQL holds the same
// rows as one in SQLite, and gives the same outcomes. The two have the rules in common (row_rules.hpp); how
// they find rows, and in which order they write, differs.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/support/postgres_server.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::array<const char*, 3> kSources{"spool:/in", "lines:/list", "exec:queue"};

// A ledger of each kind, and what is in both of them.
class BothKinds {
  public:
    BothKinds(PostgresServer& server, const std::string& name)
        : url_(server.make_database(name)),
          sqlite_(open_ledger({LedgerSpec::Kind::Sqlite, folder_.ledger(), {}})),
          postgresql_(open_ledger({LedgerSpec::Kind::Postgresql, {}, url_})),
          outside_(std::make_unique<PgConnection>(url_)) {}

    // Commits the batch to both. Its records then have the outcomes, which are the same.
    void commit(Batch& batch, std::uint64_t first, const CommitContext& context) {
        Batch other = batch;
        sqlite_->commit(batch.range_from(first), context);
        postgresql_->commit(other.range_from(first), context);
        REQUIRE(batch.outcomes() == other.outcomes());
    }

    void change(const std::string& sql) {
        pipeline::test::change(folder_.ledger(), sql);
        outside_->run(sql);
    }

    void require_the_same() {
        for (const char* table : {"invoices", "history"}) {
            require_the_same(fmt::format(
                "SELECT id || ' ' || source || ' ' || CAST(position AS TEXT) || ' ' || status || ' round ' ||"
                " CAST(round AS TEXT) || CASE WHEN due_at IS NULL THEN '' ELSE ' due' END ||"
                " CASE WHEN leased_until IS NULL THEN '' ELSE ' leased' END || ' failures ' ||"
                " CAST(failures AS TEXT) || ' first ' || CAST(coalesce(first_failed_at, 0) AS TEXT) ||"
                " ' attempts ' || CAST(attempts AS TEXT) || ' consumer ' || CAST(consumer AS TEXT) ||"
                " ' reason ' || coalesce(reason, 'none') || ' repeats ' || coalesce(repeats, 'none') || ' "
                "result ' || coalesce(result, 'none') ||"
                " ' worked ' || CAST(coalesce(worked_us, -1) AS TEXT) || ' exit ' ||"
                " CAST(coalesce(exit_status, -1) AS TEXT) || ' gross ' || CAST(coalesce(gross, -1) AS TEXT) "
                "||"
                " ' of ' || CAST(generation AS TEXT) || ' ' || CAST(record AS TEXT) FROM {}"
                " ORDER BY id, generation, record",
                table));
        }
        require_the_same(
            "SELECT id || ' ' || source || ' ' || CAST(position AS TEXT) || ' ' || CAST(generation AS TEXT) "
            "||"
            " ' ' || CAST(record AS TEXT) FROM duplicates ORDER BY id, source, position");
        require_the_same(
            "SELECT CAST(generation AS TEXT) || ' ' || CAST(recorded AS TEXT) || ' ' ||"
            " CAST(added AS TEXT) || ' ' || CAST(coalesce(taken, 0) AS TEXT) FROM generations"
            " ORDER BY generation");
        require_the_same(
            "SELECT CAST(generation AS TEXT) || ' ' || CAST(number AS TEXT) || ' ' || kind || ' ' ||"
            " CAST(first AS TEXT) || ' ' || CAST(recorded AS TEXT) || ' ' ||"
            " CAST(changed AS TEXT) FROM commits ORDER BY generation, number");
        require_the_same(
            "SELECT source || ' ' || CAST(coalesce(cursor, -1) AS TEXT) FROM sources"
            " WHERE cursor IS NOT NULL ORDER BY source");
        require_the_same("SELECT id || ' ' || CAST(length(body) AS TEXT) FROM bodies ORDER BY id");
    }

    [[nodiscard]] std::map<std::string, int> rounds() {
        std::map<std::string, int> found;
        SqliteConnection database(folder_.ledger(), false, std::chrono::seconds(5));
        SqliteStatement rows(database, "SELECT id, round FROM invoices WHERE status <> 'booked'");
        while (rows.next_row()) found[std::string(rows.text(0))] = static_cast<int>(rows.integer(1));
        return found;
    }

  private:
    void require_the_same(const std::string& sql) {
        std::vector<std::string> one;
        {
            SqliteConnection database(folder_.ledger(), false, std::chrono::seconds(5));
            SqliteStatement rows(database, sql);
            while (rows.next_row()) one.emplace_back(rows.text(0));
        }
        const PgResult found = outside_->run(sql);
        std::vector<std::string> other;
        for (int row = 0; row < found.rows(); ++row) other.emplace_back(found.text(row, 0));
        REQUIRE(one == other);
    }

    LedgerFolder folder_;
    std::string url_;
    std::unique_ptr<Ledger> sqlite_, postgresql_;
    std::unique_ptr<PgConnection> outside_;
};

// Makes deliveries of a few ids, so that they meet each other.
class Deliveries {
  public:
    explicit Deliveries(unsigned seed) : random_(seed) {
        for (int i = 0; i < 20; ++i) ids_.push_back(fmt::format("x{}", i));
        ids_.push_back(std::string(600, 'l'));        // no key by itself
        ids_.push_back(std::string(600, 'l') + "m");  // another one that begins alike
        ids_.emplace_back("caf\xe9\t.xml");           // is shown otherwise than its bytes
        for (const char* id : {"a", "B", "\xc3\xa9", "~", "0"}) ids_.emplace_back(id);  // order of bytes
    }

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    Batch batch(const std::map<std::string, int>& rounds) {
        Batch batch;
        const unsigned size = 1 + below(60);
        for (unsigned i = 0; i < size; ++i) add(batch, rounds);
        return batch;
    }

  private:
    void add(Batch& batch, const std::map<std::string, int>& rounds) {
        constexpr std::array kStatuses{Status::Booked, Status::Rejected, Status::Failed, Status::Waiting};
        const std::string& id = ids_[below(static_cast<unsigned>(ids_.size()))];
        Record& record = batch.add(id, 1 + below(4), kStatuses[below(4)]);
        record.ring_index = next_index_++;
        // Times that differ by more than the clocks of the two servers.
        record.acquired_ns = monotonic_ns() - std::uint64_t{below(600)} * 5'000'000'000U;
        record.attempts = static_cast<std::uint8_t>(1 + below(3));
        const auto row = rounds.find(id);
        const bool is_again = row != rounds.end() && row->second > 0 && below(2) == 0;
        if (record.status == Status::Waiting || is_again || below(3) == 0) {
            record.parts |= Record::kHasAttempt;
            record.attempt = Attempt();
            record.attempt.started_us = 1'000'000;
            record.attempt.worked_us = 1 + below(1000);
            record.attempt.retry_after_us = 60'000'000;
            record.attempt.failures = static_cast<decltype(record.attempt.failures)>(below(3));
            record.attempt.first_failed_us = record.attempt.failures == 0 ? 0 : 17;
            record.attempt.exit_status = static_cast<decltype(record.attempt.exit_status)>(below(3));
            if (is_again) {
                record.attempt.flags = Attempt::kGivenAgain;
                record.attempt.round = static_cast<std::uint32_t>(row->second) - below(2);
            }
        }
        if (below(5) == 0) {
            const auto parts = static_cast<std::uint8_t>(record.parts | Record::kHasDetails);
            batch.details().set_reason(fmt::format("reason {}", below(3)));
            record.parts = parts;
        }
    }

    std::mt19937 random_;
    std::vector<std::string> ids_;
    std::uint64_t next_index_ = 0;
};

}  // namespace

TEST_CASE("both kinds of ledger hold the same after the same deliveries", "[ledger_kinds]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const char* const given = std::getenv("TEST_SEED");
    const unsigned seed =
        given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
    CAPTURE(seed);
    Deliveries deliveries(seed);
    BothKinds both(*server, "kinds");
    CommitContext with = context(kSources[0]);
    std::uint64_t first = 0;
    for (int step = 0; step < 150; ++step) {
        CAPTURE(step);
        if (step % 6 == 0) {  // another generation, of another source
            with = context(kSources[deliveries.below(3)]);
            with.from_start = deliveries.below(4) == 0;
            first = 0;
        }
        with.clock = WallClock();
        with.cursor.reset();
        if (with.source == kSources[1] && deliveries.below(3) == 0) with.cursor = deliveries.below(1000);
        if (deliveries.below(4) == 0)
            both.change(
                "UPDATE invoices SET round = round + 1, due_at = 1, leased_until = 1"
                " WHERE status = 'waiting' OR status = 'failed'");
        Batch batch = deliveries.batch(both.rounds());
        both.commit(batch, first, with);
        both.require_the_same();
        if (deliveries.below(5) == 0) {
            // The successor of a leader that was killed after its COMMIT gives the same records again.
            const auto outcomes = batch.outcomes();
            both.commit(batch, first, with);
            REQUIRE(batch.outcomes() == outcomes);
            both.require_the_same();
        }
        first += batch.range().size();
    }
}

namespace {

// Adds a booked invoice with a number and bytes of its own.
void add_invoice(Batch& batch, const char* id, std::uint64_t position, const char* number, const char* bytes,
                 const char* kind = "380") {
    batch.add(id, position).ring_index = position;
    InvoiceTerms terms;
    terms.set(Term::Kind, kind);
    terms.set(Term::Number, number);
    terms.set(Term::SupplierId, "DE123");
    terms.set(Term::FileDigest, bytes);
    batch.add_extra(Extra::Invoice, terms.packed());
}

}  // namespace

TEST_CASE("both kinds of ledger recognise an invoice that comes under another id", "[ledger_kinds]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const SameNumber mode = GENERATE(SameNumber::Book, SameNumber::Mark, SameNumber::Reject);
    BothKinds both(*server, "repeats-" + std::to_string(static_cast<int>(mode)));
    std::uint64_t first = 0;
    CommitContext with = context(kSources[0]);
    with.same_number = mode;
    const auto commit = [&](Batch batch) {
        both.commit(batch, first, with);
        both.require_the_same();
        first += batch.range().size();
        return batch.outcomes();
    };
    Batch one;
    add_invoice(one, "first", 1, "A", "bytes 1");
    add_invoice(one, "second", 2, "B", "bytes 2");
    commit(one);
    Batch other;
    add_invoice(other, "same number", 3, "A", "bytes 3");
    add_invoice(other, "same bytes", 4, "C", "bytes 2");
    add_invoice(other, "credit note", 5, "A", "bytes 5", "381");
    add_invoice(other, "new", 6, "D", "bytes 6");
    add_invoice(other, "like new", 7, "D", "bytes 7");
    add_invoice(other, "first", 8, "E", "bytes 8");  // a duplicate of the id: no invoice E is booked
    add_invoice(other, "only E", 9, "E", "bytes 9");
    const auto outcomes = commit(other);
    const auto repeat = mode == SameNumber::Reject ? Outcome::Rejected : Outcome::Booked;
    CHECK(outcomes == std::vector<Outcome>{repeat, repeat, Outcome::Booked, Outcome::Booked, repeat,
                                           Outcome::Duplicate, Outcome::Booked});
}
