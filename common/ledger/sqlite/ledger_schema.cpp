// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

// A schema's objects. Maps an object's type and name to its table and the SQL that created it.
using Objects = std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>>;

Objects objects_of(SqliteConnection& database) {
    Objects objects;
    // Anybody's ANALYZE makes and fills the tables of statistics.
    SqliteStatement rows(
        database, "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*'");
    while (rows.next_row()) {
        objects[{std::string(rows.text(0)), std::string(rows.text(1))}] = {std::string(rows.text(2)),
                                                                           std::string(rows.text(3))};
    }
    return objects;
}

// Returns the objects of a ledger of `version`, as this program creates them.
Objects objects_of_version(std::int64_t version) {
    auto database = SqliteConnection::in_memory();
    make_ledger_schema(database, 0, version);
    return objects_of(database);
}

std::int64_t version_of(SqliteConnection& database, const std::filesystem::path& path) {
    const bool has_schema =
        database.query_text("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema'") ==
        "1";
    const std::string table = has_schema ? "schema" : "schema_version";
    std::int64_t rows = 0;
    std::int64_t version = 0;
    try {
        SqliteStatement statement(database, "SELECT count(version), max(version) FROM " + table);
        if (statement.first_row()) {
            rows = statement.integer(0);
            version = statement.integer(1);
            statement.finish();
        }
    } catch (const SqliteError& error) {
        if (error.kind() == SqliteError::Kind::Statement) fail_not_a_ledger(path, error.what());
        throw;
    }
    if (rows != 1 || version < 1) fail_not_a_ledger(path, table + " does not hold one version");
    if (version > kLedgerSchemaVersion) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("ledger {}: written by a newer version of this program (its schema is {}, "
                                  "this one knows {}); use that version, or name another file",
                                  path.string(), version, kLedgerSchemaVersion));
    }
    return version;
}

// Tests an index that a user has added to one of the ledger's tables. True if it is a plain index on columns.
bool is_harmless_index(SqliteConnection& database, const std::string& name, const std::string& table) {
    SqliteStatement find(database,
                         "SELECT count(*) FROM pragma_index_list(?1) AS list WHERE list.name = ?2 AND"
                         " list.\"unique\" = 0 AND list.partial = 0 AND NOT EXISTS"
                         " (SELECT 1 FROM pragma_index_xinfo(list.name) WHERE cid < -1)");
    find.bind(1, table);
    find.bind(2, name);
    const bool found = find.first_row() && find.integer(0) == 1;
    find.finish();
    return found;
}

[[noreturn]] void fail_added(const std::filesystem::path& path, const std::string& what,
                             const std::string& name) {
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("ledger {}: it has {}, {}, that the pipeline has not made; see what it does, and drop "
                    "it",
                    path.string(), what, printable(name)));
}

[[noreturn]] void fail_taken(const std::filesystem::path& path, const std::string& type,
                             const std::string& name) {
    throw Failure(
        ExitStatus::Configuration,
        fmt::format(
            "ledger {}: it has an object of yours, the {} {}, whose name version {} of the schema needs; "
            "rename or drop it",
            path.string(), type, printable(name), kLedgerSchemaVersion));
}

// True if SQLite takes both for the same name: it ignores the case of ASCII letters.
bool is_same_name(std::string_view one, std::string_view other) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

void require_objects(SqliteConnection& database, const std::filesystem::path& path, std::int64_t version) {
    const Objects expected = objects_of_version(version);
    const Objects found = objects_of(database);
    for (const bool tables : {true, false}) {
        for (const auto& [object, made] : expected) {
            const auto at = found.find(object);
            if ((object.first == "table") != tables || (at != found.end() && at->second == made)) continue;
            fail_not_a_ledger(path,
                              fmt::format("its {} {} is {}", object.first, object.second,
                                          at == found.end() ? "not there" : "not as the pipeline made it"));
        }
    }
    for (const auto& [object, made] : found) {
        const auto& [type, name] = object;
        if (type == "trigger") fail_added(path, "a trigger", name);
        if (type != "index" || expected.contains(object) || !expected.contains({"table", made.first}))
            continue;
        if (!is_harmless_index(database, name, made.first))
            fail_added(path, "an index that is unique, or of expressions or some rows", name);
    }
}

}  // namespace

void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why) {
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: the file is a database but not a ledger ({}); name another file",
                              path.string(), why));
}

bool is_empty_database(SqliteConnection& database) {
    return database.query_text("SELECT count(*) FROM sqlite_schema") == "0";
}

std::int64_t require_ledger_schema(SqliteConnection& database, const std::filesystem::path& path) {
    const std::int64_t version = version_of(database, path);
    require_objects(database, path, version);
    return version;
}

void require_free_names(SqliteConnection& database, const std::filesystem::path& path, std::int64_t version) {
    const Objects before = objects_of_version(version);
    const Objects after = objects_of_version(kLedgerSchemaVersion);
    for (const auto& [object, made] : objects_of(database)) {
        const auto& [type, name] = object;
        if (before.contains(object)) continue;
        for (const auto& [wanted, sql] : after) {
            if (is_same_name(wanted.second, name) && !before.contains(wanted)) fail_taken(path, type, name);
        }
    }
}

std::uint64_t ledger_id(SqliteConnection& database, std::int64_t version) {
    if (version < 3) return 0;
    const std::string text = database.query_text("SELECT ledger FROM schema");
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
    if (error != std::errc{} || end != text.data() + text.size() || id == 0)
        throw SqliteError(SqliteError::Kind::Statement, "its table schema gives it no name");
    return id;
}

std::string find_last_commit_sql(std::int64_t version) {
    return fmt::format("SELECT recorded, {} FROM generations WHERE generation = ?1",
                       version < 3 ? "NULL, NULL" : "last_first, last_digest");
}

LastCommit read_last_commit(SqliteStatement& find, std::uint64_t generation) {
    find.bind(1, static_cast<std::int64_t>(generation));
    LastCommit last;
    if (find.first_row()) {
        last.recorded = static_cast<std::uint64_t>(find.integer(0));
        if (!find.is_null(1)) last.first = static_cast<std::uint64_t>(find.integer(1));
        last.digest = find.text(2);
        find.finish();
    }
    return last;
}

}  // namespace pipeline
