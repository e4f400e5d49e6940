// SPDX-License-Identifier: Apache-2.0
// The answer to a COMMIT is lost, and nobody knows whether it took effect.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/ledger/postgresql/people/pg_editor.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres_server.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Texts = std::vector<std::string>;

class Watcher final : public PruneWatcher {
  public:
    void will_remove(std::string_view /*table*/, const LedgerRow& /*row*/) override {}
    void about_to_remove() override {}
    void removed(std::span<const Removed> rows, std::uint64_t /*so_far*/) override {
        for (const Removed& row : rows) gone.push_back(row.id);
    }
    Texts gone;
};

std::string make_ledger(PostgresServer& server) {
    const std::string url = server.make_database("lost");
    PgConnection database(url);
    make_pg_schema(database);
    database.run(
        "INSERT INTO invoices(key, id, source, position, status, attempts, consumer, acquired_at,"
        " stored_at) SELECT 'w' || i, 'w' || i, 's', i, CASE WHEN i < 4 THEN 'waiting' ELSE 'booked' END,"
        " 1, 0, 1, i FROM generate_series(1, 6) AS i");
    return url;
}

// Runs `edit` while COMMITs wait for a standby that does not exist. They have taken effect then, and
// their answers are lost in the crash that follows.
void lose_answer(PostgresServer& server, const std::string& url, const std::function<void()>& edit) {
    PgConnection other(url);
    other.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    other.run("SELECT pg_reload_conf()");
    REQUIRE(eventually([&] {
        return PgConnection(url).run("SELECT current_setting('synchronous_standby_names')").text(0, 0) ==
               "nobody";
    }));
    std::string failure;
    std::thread editor([&] {
        try {
            edit();
        } catch (const std::exception& error) {
            failure = error.what();
        }
    });
    const bool is_waiting = eventually([&] {
        return other.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                   .integer(0, 0) != 0;
    });
    // It holds from the next start on.
    other.run("ALTER SYSTEM RESET synchronous_standby_names");
    server.crash();
    server.start();
    editor.join();
    CHECK(is_waiting);
    CHECK(failure == "");
}

}  // namespace

TEST_CASE("PgEditor: a cancellation whose answer is lost is made once, and told", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PostgresServer server;
    const std::string url = make_ledger(server);
    const auto editor = make_pg_editor(url);
    std::vector<RowChange> changes;
    lose_answer(server, url, [&] { changes = editor->cancel(Texts{"w1", "w2", "w5"}); });
    REQUIRE(changes.size() == 3);
    CHECK(changes[0].result == RowChange::Result::Changed);
    CHECK(changes[0].status == RowStatus::Waiting);
    CHECK(changes[1].result == RowChange::Result::Changed);
    CHECK(changes[2].result == RowChange::Result::Unchanged);
    PgConnection database(url);
    CHECK(database.run("SELECT count(*) FROM history").integer(0, 0) == 2);
    CHECK(database.run("SELECT count(*) FROM commits").integer(0, 0) == 1);
    CHECK(database.run("SELECT decided FROM sources").integer(0, 0) == 2);
}

TEST_CASE("PgEditor: a prune whose answer is lost is made once, and its rows are told", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PostgresServer server;
    const std::string url = make_ledger(server);
    const auto editor = make_pg_editor(url);
    Watcher watcher;
    std::uint64_t removed = 0;
    lose_answer(server, url, [&] { removed = editor->prune(100, watcher); });
    CHECK(removed == 3);
    CHECK(watcher.gone.size() == 3);
    PgConnection database(url);
    CHECK(database.run("SELECT count(*) FROM pruned").integer(0, 0) == 3);
    CHECK(database.run("SELECT count(*) FROM commits").integer(0, 0) == 1);
}
