// SPDX-License-Identifier: Apache-2.0
// The table of a source, and the source, in this process: whose a row is, and for how long.
#include "common/ledger/work/work_table.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "producer/sources/table/table_source.hpp"
#include "tests/hosts/work_fixture.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/source_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr WorkTable::Want kAll{1000, std::uint64_t{1} << 30U, std::uint64_t{1} << 20U};

std::unique_ptr<WorkTable> table_in(const WorkFixture& work, const std::string& name = "work") {
    auto table = make_work_table(parse_ledger(work.url()), parse_table_name(name));
    table->open();
    return table;
}

std::vector<std::string> ids_in(const std::vector<WorkRow>& rows) {
    std::vector<std::string> ids;
    for (const WorkRow& row : rows) ids.push_back(row.id);
    return ids;
}

SourceContext context_of(const WorkFixture& work, milliseconds lease) {
    SourceContext context;
    context.work_table = [url = work.url()](const TableName& table) {
        return make_work_table(parse_ledger(url), table);
    };
    context.row_lease = lease;
    return context;
}

// All that the source gives, until it has given `count`.
std::vector<Taken> await_items(Source& source, std::size_t count) {
    std::vector<Taken> all;
    REQUIRE(eventually([&] {
        const auto some = take_all(source);
        all.insert(all.end(), some.begin(), some.end());
        return all.size() >= count;
    }));
    return all;
}

std::string refusal_of(const WorkFixture& work, const std::string& name, ExitStatus status) {
    try {
        static_cast<void>(table_in(work, name));
    } catch (const Failure& failure) {
        CHECK(failure.status() == status);
        return failure.what();
    }
    return "it is accepted";
}

}  // namespace

TEST_CASE("a row is taken once, and again when its lease has ended", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "lease");
    work.insert("unnest(ARRAY['a', 'b', 'c'])");
    const auto one = table_in(work), other = table_in(work);
    const auto rows = one->take({2, kAll.bytes, kAll.body_max}, seconds(600));
    CHECK(ids_in(rows) == std::vector<std::string>{"a", "b"});
    CHECK(ids_in(other->take(kAll, seconds(600))) == std::vector<std::string>{"c"});
    CHECK(other->take(kAll, seconds(600)).empty());
    CHECK(one->count(10).taken == 3);
    // An extension of one row, and the end of both leases as they were.
    work.change(
        "UPDATE work SET taken_until = now() + interval '1 second' WHERE taken_until IS NOT NULL AND id <>"
        " 'c'");
    one->extend(std::vector{rows[0].position}, seconds(600));
    std::vector<std::string> again;
    REQUIRE(eventually([&] {
        again = ids_in(other->take(kAll, seconds(600)));
        return !again.empty();
    }));
    CHECK(again == std::vector<std::string>{"b"});
}

TEST_CASE("a row goes back only as long as its lease is the one under which it was taken", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "back");
    work.insert("unnest(ARRAY['a', 'b'])");
    const auto one = table_in(work), other = table_in(work);
    const auto rows = one->take(kAll, seconds(600));
    REQUIRE(rows.size() == 2);
    work.change("UPDATE work SET taken_until = now() WHERE id = 'a'");
    CHECK(ids_in(other->take(kAll, seconds(600))) == std::vector<std::string>{"a"});
    one->give_back(rows);
    CHECK(work.ask("(SELECT string_agg(id, ',') FROM work WHERE taken_until IS NULL)") == "b");
    CHECK(ids_in(other->take(kAll, seconds(600))) == std::vector<std::string>{"b"});
}

TEST_CASE("a row whose transaction commits late is taken, although later ones were", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "late");
    PgConnection slow(work.url());
    slow.begin();
    slow.run("INSERT INTO work(id) VALUES('late')");
    work.insert("'early'");
    const auto table = table_in(work);
    CHECK(ids_in(table->take(kAll, seconds(600))) == std::vector<std::string>{"early"});
    slow.commit();
    CHECK(ids_in(table->take(kAll, seconds(600))) == std::vector<std::string>{"late"});
    CHECK(work.ask("(SELECT string_agg(id, ',' ORDER BY position) FROM work)") == "late,early");
}

TEST_CASE("nobody waits for a row that somebody has locked", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "locked");
    work.insert("unnest(ARRAY['a', 'b', 'c'])");
    PgConnection other(work.url());
    other.begin();
    other.run("SELECT 1 FROM work WHERE id = 'a' FOR UPDATE");
    const auto table = table_in(work);
    const auto rows = table->take(kAll, seconds(600));
    CHECK(ids_in(rows) == std::vector<std::string>{"b", "c"});
    other.run("DELETE FROM work WHERE id = 'b'");
    table->extend(std::vector{rows[0].position, rows[1].position}, seconds(900));
    table->give_back(rows);
    other.commit();
    CHECK(work.ask("(SELECT string_agg(id, ',' ORDER BY id) FROM work)") == "a,c");
}

TEST_CASE("a take has a bound in bytes, and gives one row at least", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "bytes");
    work.change(
        "INSERT INTO work(id, body) SELECT n::text, convert_to(repeat('x', 100000), 'UTF8')"
        " FROM generate_series(1, 10) AS n");
    const auto table = table_in(work);
    CHECK(table->take({100, 250'000, kAll.body_max}, seconds(600)).size() == 3);
    CHECK(table->take({100, 1, kAll.body_max}, seconds(600)).size() == 1);
    CHECK(table->take({2, kAll.bytes, kAll.body_max}, seconds(600)).size() == 2);
    const auto rest = table->take({100, kAll.bytes, 99'999}, seconds(600));
    REQUIRE(rest.size() == 4);
    for (const WorkRow& row : rest) CHECK((row.is_body_too_long && !row.body));
}

TEST_CASE("a source extends the lease of a row for as long as it is in the pipeline", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "held");
    work.insert("'slow'");
    std::string name = "of this source";
    Resume resume;
    const bool is_adopted = GENERATE(false, true);
    if (is_adopted) {
        // A producer that was killed has taken it.
        resume.acquired = 1;
        resume.in_flight = {1};
        CHECK(table_in(work)->take(kAll, seconds(3)).size() == 1);
    }
    TableSource source(parse_source("table:work"), resume, false, context_of(work, seconds(3)));
    if (!is_adopted) CHECK(ids_of(await_items(source, 1)) == std::vector<std::string>{"slow"});
    const auto other = table_in(work);
    const auto lease = [&] { return work.ask("(SELECT max(taken_until) FROM work)"); };
    for (int extended = 0; extended < 4; ++extended) {
        const std::string before = lease();
        REQUIRE(eventually([&] { return lease() != before; }));
        CHECK(other->take(kAll, seconds(600)).empty());
        CHECK(take_all(source).empty());
    }
    source.acknowledge({1, "slow", false, Outcome::Booked});
    // Nothing keeps the row now; a commit would have removed it.
    REQUIRE(eventually([&] { return !take_all(source).empty(); }));
}

TEST_CASE("rows that did not come into the pipeline go back at a stop", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "stop");
    work.insert_numbers(1, 50);
    {
        SourceContext context = context_of(work, seconds(600));
        context.progress = [] { return WorkProgress{1, 0, 20}; };
        TableSource source(parse_source("table:work"), {}, false, context);
        std::vector<Item> items(kMaxBatch);
        REQUIRE(eventually([&] {
            // The ring takes none of these.
            return source.acquire(std::span(items).first(4)) != 0 || source.acquire(items) != 0;
        }));
        CHECK(work.number("(SELECT count(taken_until) FROM work)") != 0);
        source.stop();
        CHECK(source.acquire(items) == 0);
        CHECK(source.exhausted());
    }
    CHECK(work.number("(SELECT count(taken_until) FROM work)") == 0);
    CHECK(work.left() == 50);
}

TEST_CASE("rows that nobody calls for go back", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "unwanted");
    work.insert_numbers(1, 3);
    SourceContext context = context_of(work, seconds(600));
    context.batch_max = 0;  // a call for none wants as many as can be used
    TableSource source(parse_source("table:work"), {}, false, context);
    std::vector<Item> none;
    REQUIRE(eventually([&] {
        static_cast<void>(source.acquire(none));
        source.wait(-1, milliseconds(1));
        return work.number("(SELECT count(taken_until) FROM work)") != 0;
    }));
    CHECK(eventually([&] { return work.number("(SELECT count(taken_until) FROM work)") == 0; }));
    CHECK(await_items(source, 3).size() == 3);
}

TEST_CASE("another row at the position of one that is in the pipeline waits for its end", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "anew");
    work.insert("'old'");
    TableSource source(parse_source("table:work"), {}, false, context_of(work, seconds(600)));
    const auto old = await_items(source, 1);
    CHECK(old.front().position == 1);
    work.change("TRUNCATE work RESTART IDENTITY");
    work.insert("unnest(ARRAY['new', 'next'])");
    const auto next = await_items(source, 1);
    CHECK(ids_of(next) == std::vector<std::string>{"next"});
    source.acknowledge({1, "old", false, Outcome::Booked});
    const auto last = await_items(source, 1);
    CHECK(ids_of(last) == std::vector<std::string>{"new"});
    CHECK(last.front().position == 1);
}

TEST_CASE("bodies arrive byte for byte, whatever the column's type is", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "bodies");
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    work.change(
        "INSERT INTO work(id, body) SELECT 'bytes', decode(string_agg(lpad(to_hex(n), 2, '0'), ''"
        " ORDER BY n), 'hex') FROM generate_series(0, 255) AS n");
    work.change("INSERT INTO work(id, body) VALUES('none', NULL), ('empty', '')");
    const auto rows = table_in(work)->take(kAll, seconds(600));
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].body == all);
    CHECK_FALSE(rows[1].body.has_value());
    CHECK(rows[2].body == "");
    work.change("CREATE TABLE texts(position int PRIMARY KEY, id uuid, body json, taken_until timestamptz)");
    work.change(R"(INSERT INTO texts VALUES(-7, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"ä": 1}'))");
    const auto texts = table_in(work, "texts")->take(kAll, seconds(600));
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].id == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    CHECK(static_cast<std::int64_t>(texts[0].position) == -7);
    CHECK(texts[0].body == R"({"ä": 1})");
}

TEST_CASE("a table that cannot be a source is refused, with what to do", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "wrong");
    const auto says = [&](const std::string& name, ExitStatus status, const std::string& text) {
        const std::string said = refusal_of(work, name, status);
        INFO(said);
        CHECK(said.find(text) != std::string::npos);
        CHECK(said.find('\n') == std::string::npos);
    };
    says("no_such", ExitStatus::NoInput, "make it: CREATE TABLE no_such(position bigint");
    says("nowhere.work", ExitStatus::NoInput, "make it: CREATE TABLE nowhere.work(");
    work.change("CREATE VIEW seen AS SELECT * FROM work");
    says("seen", ExitStatus::Configuration, "it is no table");
    work.change("CREATE TABLE bare(position bigint PRIMARY KEY, id text, taken_until timestamptz)");
    says("bare", ExitStatus::Configuration, "ALTER TABLE bare ADD body bytea");
    work.change("CREATE TABLE typed(position text PRIMARY KEY, id text, body text, taken_until timestamptz)");
    says("typed", ExitStatus::Configuration, "its column position is text");
    work.change("CREATE TABLE local(position int PRIMARY KEY, id text, body text, taken_until timestamp)");
    says("local", ExitStatus::Configuration, "must be timestamptz");
    work.change("CREATE TABLE loose(position bigint, id text, body text, taken_until timestamptz)");
    work.change("CREATE UNIQUE INDEX ON loose(position) WHERE id IS NOT NULL");
    says("loose", ExitStatus::Configuration, "ALTER TABLE loose ADD PRIMARY KEY (position)");
    work.change("CREATE TABLE \"Some Thing\"" + std::string(WorkFixture::kColumns));
    CHECK(refusal_of(work, "\"Some Thing\"", ExitStatus::Drained) == "it is accepted");
}

TEST_CASE("a user who may not use the table is told which privilege is missing", "[work_table]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "rights");
    work.change("CREATE ROLE \"little one\" LOGIN");
    std::string url = work.url();
    const auto scheme = url.find("//") + 2;
    const auto at = url.find('@');
    url.replace(scheme, at == std::string::npos ? 0 : at - scheme + 1, "little%20one@");
    const auto refusal = [&](const char* name) {
        try {
            make_work_table(parse_ledger(url), parse_table_name(name))->open();
        } catch (const Failure& failure) {
            CHECK(failure.status() == ExitStatus::Configuration);
            return std::string(failure.what());
        }
        return std::string("it is accepted");
    };
    const std::string all = refusal("work");
    INFO(all);
    CHECK(all.find("GRANT SELECT, UPDATE, DELETE ON work TO \"little one\"") != std::string::npos);
    work.change("GRANT SELECT, UPDATE(taken_until) ON work TO \"little one\"");
    CHECK(refusal("work").find("GRANT DELETE ON work TO") != std::string::npos);
    work.change("GRANT DELETE ON work TO \"little one\"");
    CHECK(refusal("work") == "it is accepted");
    work.change("CREATE SCHEMA hidden");
    CHECK(refusal("hidden.work").find("GRANT USAGE ON SCHEMA hidden") != std::string::npos);
    work.insert("'x'");
    const auto table = make_work_table(parse_ledger(url), parse_table_name("work"));
    table->open();
    CHECK(table->take(kAll, seconds(600)).size() == 1);
    work.change("DROP OWNED BY \"little one\"");
    work.change("DROP ROLE \"little one\"");
}
