// SPDX-License-Identifier: Apache-2.0
// The server that the tests of this folder start.
#include "tests/support/postgres_server.hpp"

#include <signal.h>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

TEST_CASE("PostgresServer: what was committed is there after a crash, on the same port") {
    if (postgres_server() == nullptr) return;
    PostgresServer server;
    const std::string url = server.make_database("crashed");
    PgConnection before(url);
    before.run("CREATE TABLE kept(number bigint)");
    before.run("INSERT INTO kept VALUES(7)");
    server.crash();
    CHECK(server.pid() == -1);
    CHECK_THROWS_AS(PgConnection(url), PgError);
    server.start();
    PgConnection after(server.url("crashed"));
    CHECK(after.run("SELECT number FROM kept").integer(0, 0) == 7);
    const pid_t pid = server.pid();
    server.stop();
    CHECK(::kill(pid, 0) != 0);
}

}  // namespace
}  // namespace pipeline::test
