// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/sqlite/people/sqlite_editor.hpp"
#include "common/ledger/sqlite/seal/seal_check.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_lookup.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::int64_t kEver = std::int64_t{1} << 60U;

class Watcher final : public PruneWatcher {
  public:
    void will_remove(std::string_view table, const LedgerRow& row) override {
        told.push_back(std::string(table) + " " + std::string(row[ledger_column("id")].text));
    }
    void about_to_remove() override {
        if (fails) throw std::runtime_error("the archive is full");
        if (before) before();
    }
    void removed(std::span<const Removed> rows, std::uint64_t /*so_far*/) override {
        for (const Removed& row : rows) gone.push_back(row.table + " " + row.id);
    }
    std::vector<std::string> told, gone;
    bool fails = false;
    std::function<void()> before;
};

struct Ledgers {
    Outcome deliver(const std::string& id, Status status, const char* source, std::uint64_t position,
                    bool from_start = false) const {
        Batch batch;
        batch.add(id, position, status);
        CommitContext with = context(source);
        with.from_start = from_start;
        SqliteLedger(folder.ledger()).commit(batch.range(), with);
        return batch.outcomes().front();
    }
    std::uint64_t prune(std::int64_t before = kEver) const {
        Watcher nobody;
        return make_sqlite_editor(folder.ledger())->prune(before, nobody);
    }
    [[nodiscard]] std::string ask(const std::string& sql) const {
        return pipeline::test::ask(folder.ledger(), sql);
    }
    [[nodiscard]] std::vector<std::string> faults() const {
        SqliteConnection database(folder.ledger(), false, std::chrono::seconds(5));
        return check_seal(database, 5, std::nullopt).faults;
    }
    LedgerFolder folder;
};

constexpr const char* kList = "lines:/list";
constexpr const char* kSpool = "spool:/in";

}  // namespace

TEST_CASE("what was pruned stays unique, and is recognised", "[pruning]") {
    const Ledgers ledger;
    ledger.deliver("b", Status::Booked, kList, 1);
    ledger.deliver("f", Status::Failed, kList, 2);
    ledger.deliver("b", Status::Booked, kList, 3);  // a duplicate
    CHECK(ledger.prune() == 3);
    CHECK(ledger.ask("SELECT count(*) FROM invoices") == "0");
    CHECK(ledger.ask("SELECT group_concat(id || status, ' ') FROM pruned") == "bbooked ffailed bduplicate");

    CHECK(ledger.deliver("b", Status::Booked, kList, 1) == Outcome::Booked);
    CHECK(ledger.deliver("b", Status::Booked, kList, 3) == Outcome::Duplicate);
    CHECK(ledger.deliver("f", Status::Booked, kList, 2) == Outcome::Failed);
    CHECK(ledger.ask("SELECT count(*) FROM invoices") == "0");  // nothing of these is new
    CHECK(ledger.deliver("b", Status::Booked, kSpool, 9) == Outcome::Duplicate);
    CHECK(ledger.deliver("f", Status::Booked, kSpool, 9) == Outcome::Booked);  // it had not been booked
    CHECK(ledger.deliver("new", Status::Booked, kList, 4) == Outcome::Booked);
    CHECK(ledger.faults().empty());
    CHECK(ledger.ask("SELECT (SELECT sum(acquired) FROM sources) - (SELECT count(*) FROM invoices) - (SELECT"
                     " count(*) FROM duplicates) - (SELECT count(*) FROM pruned)") == "0");
}

TEST_CASE("a file that was put back into the spool begins anew after a prune", "[pruning]") {
    const Ledgers ledger;
    ledger.deliver("f", Status::Failed, kSpool, 2);
    CHECK(ledger.prune() == 1);
    CHECK(ledger.deliver("f", Status::Booked, kSpool, 2) == Outcome::Booked);
    CHECK(ledger.faults().empty());
}

TEST_CASE("a booked number with a former outcome is recognised after a prune", "[pruning]") {
    const Ledgers ledger;
    ledger.deliver("7", Status::Failed, "sequence", 7);
    ledger.deliver("7", Status::Booked, "sequence", 7, true);
    CHECK(ledger.prune() == 2);
    CHECK(ledger.deliver("7", Status::Booked, "sequence", 7, true) == Outcome::Booked);
    CHECK(ledger.ask("SELECT count(*) FROM duplicates") == "0");
    CHECK(ledger.faults().empty());
}

TEST_CASE("an attempt that ends after its row was pruned counts no more", "[pruning]") {
    const Ledgers ledger;
    ledger.deliver("x", Status::Booked, kList, 1);
    CHECK(ledger.prune() == 1);
    Batch late;
    Record& record = late.add("x", 1, Status::Booked);
    record.parts |= Record::kHasAttempt;
    record.attempt = Attempt();
    record.attempt.flags = Attempt::kGivenAgain;
    record.attempt.round = 1;
    SqliteLedger(ledger.folder.ledger()).commit(late.range(), context(kList));
    CHECK(late.outcomes().front() == Outcome::Booked);
    CHECK(ledger.ask("SELECT (SELECT count(*) FROM invoices) || (SELECT count(*) FROM history)") == "01");
    CHECK(ledger.faults().empty());
}

TEST_CASE("rows that wait or are due, and younger ones, are not pruned", "[pruning]") {
    const Ledgers ledger;
    Batch batch;
    batch.add("waits", 1, Status::Waiting);
    batch.add("due", 2, Status::Failed);
    batch.add("done", 3, Status::Failed);
    SqliteLedger(ledger.folder.ledger()).commit(batch.range(), context(kList));
    const std::vector<std::string> due{"due"};
    static_cast<void>(make_sqlite_editor(ledger.folder.ledger())->retry(due));
    CHECK(ledger.prune(std::stoll(ledger.ask("SELECT min(stored_at) FROM invoices"))) == 0);
    CHECK(ledger.prune() == 1);
    CHECK(ledger.ask("SELECT group_concat(id) FROM (SELECT id FROM invoices ORDER BY id)") == "due,waits");
}

TEST_CASE("a row is told before it goes, and not removed if somebody wants it meanwhile", "[pruning]") {
    const Ledgers ledger;
    ledger.deliver("a", Status::Booked, kList, 1);
    ledger.deliver("b", Status::Failed, kList, 2);
    Watcher full;
    full.fails = true;
    CHECK_THROWS(make_sqlite_editor(ledger.folder.ledger())->prune(kEver, full));
    CHECK(ledger.ask("SELECT count(*) FROM invoices") == "2");
    Watcher watcher;
    watcher.before = [&] {
        const std::vector<std::string> ids{"b"};
        static_cast<void>(make_sqlite_editor(ledger.folder.ledger())->retry(ids));
    };
    CHECK(make_sqlite_editor(ledger.folder.ledger())->prune(kEver, watcher) == 1);
    CHECK(watcher.told == std::vector<std::string>{"invoices a", "invoices b"});
    CHECK(watcher.gone == std::vector<std::string>{"invoices a"});
    Watcher next;
    CHECK(make_sqlite_editor(ledger.folder.ledger())->prune(0, next) == 0);
    CHECK(next.gone == std::vector<std::string>{"invoices a"});  // a kill may have kept it from being told
}

TEST_CASE("a booked id that was pruned is not run again", "[pruning]") {
    const Ledgers ledger;
    ledger.deliver("b", Status::Booked, kList, 1);
    ledger.deliver("f", Status::Failed, kList, 2);
    CHECK(ledger.prune() == 2);
    const auto lookup = make_sqlite_lookup(ledger.folder.ledger(), kList, {});
    const std::vector<std::string_view> ids{"b", "f", "none"};
    bool booked[3] = {false, true, true};
    lookup->find_booked(ids, booked);
    CHECK(booked[0]);
    CHECK_FALSE(booked[1]);
    CHECK_FALSE(booked[2]);
}
