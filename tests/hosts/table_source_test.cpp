// SPDX-License-Identifier: Apache-2.0
// --source table: with whole pipelines: each row is recorded once, and leaves the table with its record.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/hosts/work_fixture.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/files.hpp"
#include "tests/support/text.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;
using Options = std::vector<std::string>;

std::string script(const PipelineRun& run, const std::string& name, const std::string& body) {
    const std::string path = run.directory() / name;
    write_file(path, "#!/bin/sh\ncd " + run.directory().string() + "\n" + body);
    ::chmod(path.c_str(), 0755);
    return path;
}

std::string health_of(const PipelineRun& run) {
    Process observer({OBSERVER_PROGRAM, "--name", run.name(), "--once", "--json"}, run.directory(), "health");
    static_cast<void>(observer.wait());
    return observer.out();
}

// What became of each id: "ID STATUS ATTEMPTS", sorted.
std::string outcomes(const WorkFixture& work) {
    return work.ask(
        "(SELECT string_agg(concat_ws(' ', id, status, attempts, reason), E'\\n' ORDER BY key) FROM "
        "invoices)");
}

}  // namespace

TEST_CASE("a table gives what a list gives", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture list(*server, "list"), table(*server, "table");
    PipelineRun run;
    // Booked, rejected, failed, and booked at the second attempt.
    const std::string work =
        script(run, "work.sh",
               "case $2 in *3) echo rejected no; exit 0;; *4) exit 1;; *5) [ -e \"$1.$2\" ] && exit 0;"
               " : >\"$1.$2\"; exit 75;; esac\n");
    std::string lines;
    for (int i = 1; i <= 40; ++i) lines += fmt::format("id {} \u00e9{}\n", i, i % 10);
    write_file(run.directory() / "list", lines);
    table.insert("'id ' || n || ' ' || chr(233) || n % 10 FROM generate_series(1, 40) AS n");
    const auto run_with = [&](const WorkFixture& database, Options options, const char* tag) {
        const Options more{"--ledger",   database.url(), "--consumers", "2",  "--retry-delay",
                           "10ms..20ms", "--once",       "--",          work, tag,
                           "{}"};
        options.insert(options.end(), more.begin(), more.end());
        auto supervisor = run.start(options);
        const int status = supervisor.wait();
        INFO(supervisor.err());
        CHECK(status == 1);
    };
    run_with(list, {"--source", "lines:" + (run.directory() / "list").string(), "--origin", "a"}, "list");
    run_with(table, {"--source", "table:work"}, "table");
    CHECK(outcomes(list) == outcomes(table));
    CHECK(lines_of(outcomes(table)).size() == 40);
    CHECK(table.ask("(SELECT string_agg(DISTINCT source, ',') FROM invoices)") == "table:work");
    table.require_done(run);
    run.require_nothing_left();
}

TEST_CASE("rows that are inserted while a pipeline runs are taken, and those it has finish at a stop",
          "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "running");
    PipelineRun run;
    auto supervisor = run.start(work.options({"--consumers", "2", "--process", "none"}));
    static_cast<void>(supervisor.child("producer"));
    work.insert_numbers(1, 1000);
    REQUIRE(eventually([&] { return work.booked() == 1000; }));
    CHECK(work.left() == 0);
    // One that is rolled back was never there.
    {
        pipeline::PgConnection other(work.url());
        other.begin();
        other.run("INSERT INTO work(id) VALUES('never')");
        CHECK(other.roll_back());
    }
    for (std::int64_t n = 1001; n <= 1020; ++n) work.insert_numbers(n, n);
    REQUIRE(eventually([&] { return work.booked() == 1020; }));
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    work.require_numbers_up_to(1020);
    work.require_done(run);
    run.require_nothing_left();
}

TEST_CASE("two pipelines on one table share its rows: none is processed twice", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    constexpr std::int64_t kAll = 20'000;
    const WorkFixture work(*server, "two");
    PipelineRun one, other;
    const Options options = work.options({"--consumers", "2", "--process", "simulate:100us"});
    auto first = one.start(options), second = other.start(options);
    static_cast<void>(first.child("producer"));
    static_cast<void>(second.child("producer"));
    work.insert_numbers(1, kAll / 2);
    REQUIRE(eventually([&] { return work.booked() == kAll / 2; }));
    work.insert_numbers(kAll / 2 + 1, kAll);
    REQUIRE(eventually([&] { return work.booked() == kAll; }));
    for (auto* supervisor : {&first, &second}) {
        supervisor->send(SIGTERM);
        const int status = supervisor->wait();
        INFO(supervisor->err());
        CHECK(status == 0);
        CHECK(supervisor->err().find("deadlock") == std::string::npos);
    }
    work.require_numbers_up_to(kAll);
    CHECK(work.number("(SELECT count(*) FROM generations WHERE added > 0)") == 2);
    // What is processed twice is recorded by both, once as a redelivery.
    CHECK(work.number("(SELECT sum(recorded) FROM generations)") == kAll);
    work.require_done(one);
    one.require_nothing_left();
    other.require_nothing_left();
}

TEST_CASE("an id that is booked already is a duplicate, and its row goes too", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "duplicate");
    PipelineRun run;
    const std::string count = script(run, "count.sh", "echo \"$1\" >> done\n");
    const Options options = work.options({"--consumers", "2", "--once", "--", count, "{}"});
    const auto run_once = [&] {
        auto supervisor = run.start(options);
        const int status = supervisor.wait();
        INFO(supervisor.err());
        CHECK(status == 0);
        work.require_done(run);
    };
    work.insert("unnest(ARRAY['a', 'b'])");
    run_once();
    work.insert("unnest(ARRAY['b', 'c', 'c'])");
    // The row that the first run has had, under the same number.
    work.change("INSERT INTO work(position, id) VALUES(1, 'a')");
    run_once();
    CHECK(work.booked() == 3);
    CHECK(work.ask("(SELECT string_agg(id, ',' ORDER BY id) FROM duplicates)") == "b,c");
    auto done = lines_of(read_file(run.directory() / "done"));
    std::sort(done.begin(), done.end());
    CHECK(done == std::vector<std::string>{"a", "b", "c"});
    run.require_nothing_left();
}

TEST_CASE("a body reaches the program as it is, and stays with a row that waits", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "body");
    PipelineRun run;
    std::string body;
    for (int byte = 0; byte < 256; ++byte) body += static_cast<char>(byte);
    work.change(
        "INSERT INTO work(id, body) SELECT 'x', decode(string_agg(lpad(to_hex(n), 2, '0'), ''"
        " ORDER BY n), 'hex') FROM generate_series(0, 255) AS n");
    work.change("INSERT INTO work(id, body) VALUES('long', convert_to(repeat('y', 5000), 'UTF8'))");
    const std::string program =
        script(run, "work.sh", "cat > \"$1.body\"; test -e is_back || { : > \"$1.asked\"; exit 75; }\n");
    auto supervisor = run.start(work.options({"--consumers", "1", "--stdin", "body", "--body-max", "1KiB",
                                              "--retry-delay", "10ms..20ms", "--", program, "{}"}));
    REQUIRE(eventually([&] { return work.number("(SELECT attempts FROM invoices WHERE id = 'x')") > 1; }));
    // It waits in the ledger, and in the table no more.
    CHECK(work.left() == 0);
    write_file(run.directory() / "is_back", "");
    REQUIRE(eventually([&] { return work.booked() == 1; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    CHECK(read_file(run.directory() / "x.body") == body);
    CHECK_FALSE(fs::exists(run.directory() / "long.asked"));
    CHECK(work.ask("(SELECT reason FROM invoices WHERE id = 'long')").find("--body-max") !=
          std::string::npos);
    work.require_done(run);
    run.require_nothing_left();
}

TEST_CASE("an id that cannot be one is recorded as failed, and its row goes", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "unusable");
    work.change("ALTER TABLE work ALTER id DROP NOT NULL");
    work.change(
        "INSERT INTO work(id) VALUES(''), (NULL), (repeat('x', 4096)), (repeat('x', 4097)),"
        " (repeat('x', 9000) || '1'), (repeat('x', 9000) || '2'), (E'two\\nlines')");
    PipelineRun run;
    auto supervisor = run.start(work.options({"--consumers", "1", "--process", "none", "--once"}));
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 1);
    CHECK(work.booked() == 2);
    CHECK(work.number("(SELECT count(*) FROM invoices WHERE status = 'failed')") == 4);  // NULL is as ''
    work.require_done(run);
    run.require_nothing_left();
}

TEST_CASE("a table that is dropped while rows of it are in work is reported, and used when it is back",
          "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "dropped");
    PipelineRun run;
    // To open a pipe for reading waits until somebody opens it for writing.
    const std::string gate = run.directory() / "gate";
    REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
    fs::create_hard_link(gate, gate + ".pipe");
    const std::string program = script(run, "work.sh", ": < gate\n");
    work.insert_numbers(1, 2);
    auto supervisor = run.start(work.options({"--consumers", "2", "--", program, "{}"}));
    REQUIRE(eventually([&] { return run.in_flight() == 2; }));
    work.change("DROP TABLE work");
    CHECK(eventually([&] { return health_of(run).find("make it: CREATE TABLE work") != std::string::npos; }));
    write_file(gate + ".open", "");
    fs::rename(gate + ".open", gate);  // for those that come later
    const pipeline::UniqueFd opened(::open((gate + ".pipe").c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(opened);
    CHECK(eventually([&] { return work.booked() == 2; }));
    work.change(std::string("CREATE TABLE work") + WorkFixture::kColumns);
    work.insert_numbers(3, 4);
    CHECK(eventually([&] { return work.booked() == 4; }));
    CHECK(eventually([&] { return health_of(run).find("CREATE TABLE") == std::string::npos; }));
    CHECK(work.left() == 0);
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    CHECK(supervisor.err().find("rows can be taken again") != std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("rows that somebody removes or empties away while they are in work are recorded",
          "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "emptied");
    PipelineRun run;
    const std::string gate = run.directory() / "gate";
    REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
    const std::string program = script(run, "work.sh", ": < gate\n");
    work.insert("unnest(ARRAY['a', 'b'])");
    auto supervisor = run.start(work.options({"--consumers", "2", "--", program, "{}"}));
    REQUIRE(eventually([&] { return run.in_flight() == 2; }));
    work.change("TRUNCATE work RESTART IDENTITY");
    work.insert("unnest(ARRAY['c', 'b', 'd'])");  // 'b' has the position of the one that is in work
    const pipeline::UniqueFd opened(::open(gate.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(opened);
    CHECK(eventually([&] { return work.booked() == 4; }));
    CHECK(eventually([&] { return work.left() == 0; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    work.require_done(run);
    run.require_nothing_left();
}

TEST_CASE("a run with --once waits for rows that a dead pipeline has taken", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "leased");
    work.insert_numbers(1, 5);
    work.change("UPDATE work SET taken_until = now() + interval '3 s' WHERE id IN ('2', '4')");
    PipelineRun run;
    auto supervisor = run.start(work.options({"--consumers", "1", "--process", "none", "--once"}));
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    work.require_numbers_up_to(5);
    work.require_done(run);
    run.require_nothing_left();
}

TEST_CASE("what is wrong with a table is said in one line", "[table_source]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "wrong");
    work.change("CREATE TABLE bare(position bigint PRIMARY KEY, id text)");
    work.insert_numbers(1, 3);
    PipelineRun run;
    struct Wrong {
        Options options;
        int status;
        const char* said;
    };
    const std::string file = "sqlite:" + (run.directory() / "file.db").string();
    for (const Wrong& wrong : {
             Wrong{{"--ledger", file, "--source", "table:work"}, 64, "postgresql://... is accepted with it"},
             Wrong{
                 {"--ledger", "none", "--source", "table:work"}, 64, "postgresql://... is accepted with it"},
             Wrong{
                 {"--ledger", work.url(), "--source", "table:a b"}, 64, "after 'table:' NAME or SCHEMA.NAME"},
             Wrong{{"--ledger", work.url(), "--source", "table:x;--"},
                   64,
                   "after 'table:' NAME or SCHEMA.NAME"},
             Wrong{{"--ledger", work.url(), "--source", "table:work", "--origin", "a"},
                   64,
                   "exec:COMMAND is accepted with it"},
             Wrong{{"--ledger", work.url(), "--source", "table:work", "--from-start"},
                   64,
                   "--from-start does not go with"},
             Wrong{{"--ledger", work.url(), "--source", "table:no_such"}, 66, "CREATE TABLE no_such("},
             Wrong{{"--ledger", work.url(), "--source", "table:bare"}, 78, "ALTER TABLE bare ADD body"},
         }) {
        Options options{"--consumers", "1", "--process", "none", "--once"};
        options.insert(options.end(), wrong.options.begin(), wrong.options.end());
        for (const bool is_check : {true, false}) {
            if (is_check) options.emplace_back("--check");
            auto supervisor = run.start(options);
            const int status = supervisor.wait();
            INFO(supervisor.out() << supervisor.err());
            CHECK(status == wrong.status);
            CHECK((supervisor.out() + supervisor.err()).find(wrong.said) != std::string::npos);
            if (is_check) options.pop_back();
        }
    }
    auto supervisor = run.start(work.options({"--consumers", "1", "--process", "none", "--check"}));
    const int status = supervisor.wait();
    INFO(supervisor.out() << supervisor.err());
    CHECK(status == 0);
    CHECK(supervisor.out().find("table:work, 3 rows free and 0 taken") != std::string::npos);
    CHECK(work.left() == 3);
    run.require_nothing_left();
}
