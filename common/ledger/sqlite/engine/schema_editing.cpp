// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {
namespace {

// While it lives, a connection that guard() protects may write its schema as a table. Its end makes the
// connection read the schema again.
class SchemaEditing {
  public:
    explicit SchemaEditing(sqlite3* handle) noexcept : handle_(handle) {
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive_);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    }
    SchemaEditing(const SchemaEditing&) = delete;
    SchemaEditing& operator=(const SchemaEditing&) = delete;
    ~SchemaEditing() {
        sqlite3_exec(handle_, "PRAGMA writable_schema = RESET", nullptr, nullptr, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, defensive_, nullptr);
    }

  private:
    sqlite3* handle_;
    int defensive_ = 0;
};

}  // namespace

void SqliteConnection::redefine_table(std::string_view table, std::string_view sql) {
    const SchemaEditing editing(handle_.get());
    execute("PRAGMA writable_schema = ON");
    replace_definition(table, sql);
}

void SqliteConnection::release_primary_key(std::string_view table, std::string_view sql,
                                           std::string_view column, std::string_view index) {
    const SchemaEditing editing(handle_.get());
    execute("PRAGMA writable_schema = ON");
    const std::string key = fmt::format("sqlite_autoindex_{}_1", table);
    const std::string index_sql = fmt::format("CREATE UNIQUE INDEX {} ON {}({})", index, table, column);
    SqliteStatement rename(*this,
                           "UPDATE sqlite_schema SET name = ?2, sql = ?3 WHERE type = 'index' AND name = ?1");
    rename.bind(1, key);
    rename.bind(2, index);
    rename.bind(3, index_sql);
    rename.run();
    replace_definition(table, sql);
}

void SqliteConnection::replace_definition(std::string_view table, std::string_view sql) {
    SqliteStatement update(*this, "UPDATE sqlite_schema SET sql = ?2 WHERE type = 'table' AND name = ?1");
    update.bind(1, table);
    update.bind(2, sql);
    update.run();
    // The changed number tells all other connections to read the schema again.
    const std::string number = query_text("PRAGMA schema_version");
    execute(fmt::format("PRAGMA schema_version = {}", std::stoll(number) + 1).c_str());
}

}  // namespace pipeline
