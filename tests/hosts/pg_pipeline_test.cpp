// SPDX-License-Identifier: Apache-2.0
// Whole pipelines with a ledger in PostgreSQL: whatever dies, here or there, each invoice is recorded once.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/postgres_server.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;
using Options = std::vector<std::string>;

// The ledger, looked into from outside.
class Database {
  public:
    explicit Database(std::string url) : url_(std::move(url)) {}
    [[nodiscard]] const std::string& url() const noexcept { return url_; }
    // The first column of the first row; 0 if the ledger is not there.
    [[nodiscard]] std::int64_t number(const std::string& sql) const {
        try {
            return PgConnection(url_).run(sql).integer(0, 0);
        } catch (const PgError&) {
            return 0;
        }
    }
    [[nodiscard]] std::int64_t rows() const { return number("SELECT count(*) FROM invoices"); }
    void require_numbers_up_to(std::int64_t count) const {
        CHECK(rows() == count);
        CHECK(number(fmt::format("SELECT count(*) FROM generate_series(1, {}) AS n WHERE NOT EXISTS"
                                 " (SELECT 1 FROM invoices WHERE key = n::text)",
                                 count)) == 0);
    }
    void change(const std::string& sql) const { PgConnection(url_).run(sql); }

  private:
    std::string url_;
};

Options with_ledger(const Database& database, Options options) {
    options.insert(options.begin(), {"--ledger", database.url()});
    return options;
}

void require_right(const PipelineRun& run, const Database& database) {
    const auto audit = run.audit({"--deep", "--ledger", database.url()});
    INFO(audit.json << audit.errors);
    CHECK(audit.status == 0);
}

}  // namespace

TEST_CASE("numbers into PostgreSQL: each once, and the next run has nothing to do", "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const Database database(server->make_database("numbers"));
    PipelineRun run;
    const Options options = with_ledger(database, {"--consumers", "3", "--source", "sequence:30000",
                                                   "--process", "none", "--origin", "a", "--once"});
    for (const char* said : {"30000", "nothing new in sequence@a"}) {
        auto supervisor = run.start(options);
        const int status = supervisor.wait();
        INFO(supervisor.err());
        CHECK(status == 0);
        CHECK((supervisor.out() + supervisor.err()).find(said) != std::string::npos);
    }
    database.require_numbers_up_to(30'000);
    require_right(run, database);
    run.require_nothing_left();
}

TEST_CASE("kills here, crashes of the server, and the loss of the segments lose and double nothing",
          "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    constexpr std::int64_t kNumbers = 40'000;
    const Database database(server->make_database("storm"));
    PipelineRun run;
    const Options options =
        with_ledger(database, {"--consumers", "3", "--source", fmt::format("sequence:{}", kNumbers),
                               "--process", "simulate:20us", "--origin", "a", "--once"});
    const auto grown_by = [&](std::int64_t more) {
        const std::int64_t before = database.rows();
        return eventually([&] { return database.rows() >= std::min(before + more, kNumbers); });
    };
    for (int kill = 0; kill < 3; ++kill) {
        auto supervisor = run.start(options);
        REQUIRE(grown_by(2000));
        for (const char* program : {"consumer", "producer"}) {
            const auto children = supervisor.children(program);
            if (!children.empty()) ::kill(children.front(), SIGKILL);
            REQUIRE(grown_by(1000));
        }
        server->crash();
        server->start();
        REQUIRE(grown_by(1000));
        PipelineRun::kill(supervisor);
        PipelineRun::kill_everything();
        if (kill == 1) {
            for (const std::string& name : run.segments()) fs::remove("/dev/shm/" + name);
        }
    }
    auto supervisor = run.start(options);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    database.require_numbers_up_to(kNumbers);
    require_right(run, database);
    run.require_nothing_left();
}

TEST_CASE("results wait while the server is down, and a pipeline drains when it is back", "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const Database database(server->make_database("outage"));
    PipelineRun run;
    auto supervisor = run.start(with_ledger(database, {"--consumers", "2", "--source", "sequence", "--rate",
                                                       "500/s", "--process", "none", "--origin", "a"}));
    REQUIRE(eventually([&] { return database.rows() > 100; }));
    server->stop();
    REQUIRE(
        eventually([&] { return supervisor.err().find("the results wait in memory") != std::string::npos; }));
    CHECK(run.waiting() != 0);
    server->start();
    const std::int64_t before = database.rows();
    REQUIRE(eventually([&] { return database.rows() > before + 100; }));
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    database.require_numbers_up_to(database.rows());
    require_right(run, database);
    run.require_nothing_left();
}

TEST_CASE("two hosts share a ledger: an id that both have is booked once", "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    constexpr std::int64_t kNumbers = 20'000;
    const Database database(server->make_database("two"));
    PipelineRun one, other;
    const auto options = [&](const char* origin) {
        return with_ledger(database, {"--consumers", "2", "--source", fmt::format("sequence:{}", kNumbers),
                                      "--process", "none", "--origin", origin, "--once"});
    };
    auto first = one.start(options("a"));
    auto second = other.start(options("b"));
    for (auto* supervisor : {&first, &second}) {
        const int status = supervisor->wait();
        INFO(supervisor->err());
        CHECK(status == 0);
        CHECK(supervisor->err().find("deadlock") == std::string::npos);
    }
    database.require_numbers_up_to(kNumbers);
    CHECK(database.number("SELECT count(*) FROM duplicates") == kNumbers);
    require_right(one, database);
    one.require_nothing_left();
    other.require_nothing_left();
}

TEST_CASE("an invoice waits in PostgreSQL, and is given again", "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const Database database(server->make_database("again"));
    PipelineRun run;
    const auto script = run.directory() / "work.sh";
    // The first attempt at each invoice asks for another one.
    write_file(script, "#!/bin/sh\n[ -e \"$0.$1\" ] && exit 0\n: >\"$0.$1\"\nexit 75\n");
    ::chmod(script.c_str(), 0755);
    write_file(run.directory() / "list", "x\ny\nz\n");
    auto supervisor = run.start(with_ledger(
        database, {"--consumers", "2", "--source", "lines:" + (run.directory() / "list").string(), "--origin",
                   "a", "--retry-delay", "10ms..20ms", "--once", "--", script.string(), "{}"}));
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    CHECK(database.number("SELECT count(*) FROM invoices WHERE status = 'booked' AND attempts = 2") == 3);
    CHECK(database.number("SELECT count(*) FROM history WHERE status = 'waiting'") == 3);
    require_right(run, database);
    run.require_nothing_left();
}

TEST_CASE("a ledger that lacks confirmed results is refused, with the numbers", "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const Database database(server->make_database("older"));
    PipelineRun run;
    const Options options = with_ledger(database, {"--consumers", "1", "--source", "sequence", "--rate",
                                                   "2000/s", "--process", "none", "--origin", "a"});
    {
        auto supervisor = run.start(options);
        REQUIRE(eventually([&] { return database.rows() > 500; }));
        PipelineRun::kill(supervisor);
        PipelineRun::kill_everything();
    }
    // The state of a standby that was behind, and has taken over.
    database.change("UPDATE generations SET recorded = recorded - 400");
    auto supervisor = run.start(options);
    CHECK(supervisor.wait() == 78);
    INFO(supervisor.err());
    CHECK(supervisor.err().find("it lacks") != std::string::npos);
    database.change("UPDATE generations SET recorded = recorded + 400");
    auto again = run.start(options);
    const std::int64_t before = database.rows();
    REQUIRE(eventually([&] { return database.rows() > before; }));
    again.send(SIGTERM);
    CHECK(again.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("somebody's trigger on a ledger that is in use ends the pipeline before it writes",
          "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const Database database(server->make_database("trigger"));
    PipelineRun run;
    auto supervisor = run.start(with_ledger(database, {"--consumers", "2", "--source", "sequence", "--rate",
                                                       "500/s", "--process", "none", "--origin", "a"}));
    REQUIRE(eventually([&] { return database.rows() > 100; }));
    database.change(
        "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.gross = 1; RETURN NEW; END$$");
    database.change("CREATE TRIGGER mine BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION change()");
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 78);
    CHECK(supervisor.err().find("a trigger mine on invoices that the pipeline has not made") !=
          std::string::npos);
    CHECK(database.number("SELECT count(*) FROM invoices WHERE gross IS NOT NULL") == 0);
    PipelineRun::kill_everything();
}

TEST_CASE("what is wrong with a ledger in PostgreSQL is said in one line", "[pg_pipeline]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    PipelineRun run;
    const std::string missing = server->url("nobody-has-made-it");
    const std::string taken = server->make_database("taken");
    PgConnection(taken).run("CREATE TABLE invoices(number bigint)");
    PgConnection(server->url())
        .run(
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
            " TEMPLATE template0");
    const std::string latin = server->url("latin");
    struct Wrong {
        Options options;
        int status;
        const char* said;
    };
    for (const Wrong& wrong : {
             Wrong{{"--ledger", "postgresql://user:secret@127.0.0.1/x"}, 64, "a password is refused"},
             Wrong{{"--ledger", "postgresql://127.0.0.1/x?pass%77ord=secret"}, 64, "a password is refused"},
             Wrong{{"--ledger", missing}, 64, "needs --origin NAME"},
             Wrong{{"--ledger", missing, "--origin", "a"}, 78, "create the database"},
             Wrong{{"--ledger", taken, "--origin", "a"}, 78, "a table invoices that is no ledger's"},
             Wrong{{"--ledger", latin, "--origin", "a"}, 78, "the encoding LATIN1"},
             Wrong{{"--ledger", "postgresql://127.0.0.1:9/x?connect_timeout=2", "--origin", "a"},
                   73,
                   "see that the server runs"},
             Wrong{{"--ledger", server->url("postgres") + "?no_such_word=1", "--origin", "a"},
                   73,
                   "no_such_word"},
         }) {
        Options options{"--consumers", "1", "--source", "sequence:1", "--process", "none", "--once"};
        options.insert(options.end(), wrong.options.begin(), wrong.options.end());
        auto supervisor = run.start(options);
        const int status = supervisor.wait();
        INFO(supervisor.err());
        CHECK(status == wrong.status);
        CHECK(supervisor.err().find(wrong.said) != std::string::npos);
        CHECK((supervisor.out() + supervisor.err()).find("secret") == std::string::npos);
    }
    run.require_nothing_left();
}
