// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/schema/pg_schema.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/postgresql/schema/pg_tables.hpp"

namespace pipeline {
namespace {

// Nobody else's, we hope: a number drawn once. A clash would only make starts wait for each other.
constexpr std::int64_t kMakingLock = 0x1d7c3a5b90e2f461;

[[noreturn]] void fail_not_a_ledger(std::string_view name, const std::string& why) {
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: the database has {}; name another database, or another schema with "
                              "?options=-csearch_path%3DNAME",
                              name, why));
}

std::uint64_t new_ledger_id() {
    std::random_device device;
    std::uint64_t id = 0;
    while (id == 0) id = (std::uint64_t{device()} << 32U) | device();
    return id;
}

// A database with another encoding refuses the first text that it has no character for.
void require_utf8(PgConnection& database, std::string_view name) {
    const std::string encoding = database.server_encoding();
    if (encoding == "UTF8") return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: the database has the encoding {}; make one with UTF8 (createdb "
                              "--encoding UTF8 --template template0)",
                              name, printable(encoding)));
}

}  // namespace

std::string pg_additions_sql() {
    return "SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass::text FROM pg_trigger"
           " WHERE NOT tgisinternal AND tgrelid = ANY(ARRAY['invoices', 'history', 'duplicates', 'pruned',"
           " 'bodies', 'sources', 'generations', 'commits']::regclass[])"
           " UNION ALL SELECT 'rule ' || rulename || ' on ' || ev_class::regclass::text FROM pg_rewrite"
           " WHERE ev_class = ANY(ARRAY['invoices', 'history', 'duplicates', 'pruned', 'bodies', 'sources',"
           " 'generations', 'commits']::regclass[]) LIMIT 1";
}

void require_no_additions(const PgResult& found, std::string_view name) {
    if (found.rows() == 0) return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: it has a {} that the pipeline has not made; see what it does, and "
                              "drop it",
                              name, printable(found.text(0, 0))));
}

void require_pg_ledger(const PgResult& schema, std::uint64_t id) {
    if (id != 0 && (schema.rows() != 1 || schema.text(0, 0) != fmt::format("{:016x}", id)))
        throw WrongLedger("another ledger is in its place");
}

void make_pg_schema(PgConnection& database) {
    database.begin();
    database.send("SELECT pg_advisory_xact_lock($1)", PgParameters().add(kMakingLock));
    database.send("SELECT to_regclass('schema') IS NOT NULL OR to_regclass('invoices') IS NOT NULL");
    const auto results = database.finish();
    if (results.back().boolean(0, 0)) {
        static_cast<void>(database.roll_back());
        return;
    }
    for (const std::string& statement : pg_tables()) database.send(statement);
    const std::string id = fmt::format("{:016x}", new_ledger_id());
    database.send("INSERT INTO schema(version, ledger) VALUES($1, $2)",
                  PgParameters().add(kPgSchemaVersion).add(std::string_view(id)));
    database.commit();
}

std::uint64_t require_pg_schema(PgConnection& database, std::string_view name) {
    const PgResult tables = database.run(
        "SELECT to_regclass('schema') IS NOT NULL, to_regclass('invoices') IS NOT NULL, current_schema() IS "
        "NULL");
    if (tables.boolean(0, 2)) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("ledger {}: the search path has no schema that this user may use; grant it "
                                  "(GRANT USAGE, CREATE ON SCHEMA public TO the user)",
                                  name));
    }
    if (!tables.boolean(0, 0)) {
        if (tables.boolean(0, 1)) fail_not_a_ledger(name, "a table invoices that is no ledger's");
        throw Failure(
            ExitStatus::NoInput,
            fmt::format("ledger {}: the database has no ledger yet; start the pipeline first", name));
    }
    std::int64_t version = 0;
    std::string text;
    try {
        const PgResult schema = database.run("SELECT version::bigint, ledger::text FROM schema");
        if (schema.rows() != 1) fail_not_a_ledger(name, "a table schema that does not hold one version");
        version = schema.integer(0, 0);
        text = schema.text(0, 1);
    } catch (const PgError& error) {
        if (error.kind() == PgError::Kind::Schema)
            fail_not_a_ledger(name, "a table schema that is no ledger's");
        throw;
    }
    if (version > kPgSchemaVersion) {
        throw Failure(
            ExitStatus::Configuration,
            fmt::format("ledger {}: made by a newer version of this program (its schema is {}, this "
                        "one knows {}); use that version",
                        name, version, kPgSchemaVersion));
    }
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
    if (error != std::errc{} || end != text.data() + text.size() || id == 0 || version < 1)
        fail_not_a_ledger(name, "a table schema that is no ledger's");
    require_no_additions(database.run(pg_additions_sql()), name);
    return id;
}

PgLogin log_in(const std::string& url, bool create, const KnownLedger& known) {
    PgConnection database(url);
    require_utf8(database, url);
    if (create) make_pg_schema(database);
    const std::uint64_t id = require_pg_schema(database, url);
    if (known.id != 0 && known.id != id) throw WrongLedger("another ledger is in its place");
    return {std::move(database), id};
}

PgLogin log_in_to_read(const std::string& url) {
    PgConnection database(url, false);
    require_utf8(database, url);
    const std::uint64_t id = require_pg_schema(database, url);
    return {std::move(database), id};
}

}  // namespace pipeline
