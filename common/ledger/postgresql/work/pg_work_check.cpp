// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/work/pg_work_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 4> kColumns{"position", "id", "body", "taken_until"};

// The columns of the answer: four types, then these.
enum Answer : std::uint8_t { Kind = 4, HasKey, MaySelect, MayUpdate, MayDelete, User };

std::string question() {
    std::string sql = "SELECT ";
    for (const std::string_view name : kColumns) {
        sql += fmt::format(
            "(SELECT format_type(atttypid, NULL)::text FROM pg_catalog.pg_attribute WHERE attrelid = c.oid"
            " AND attname = '{}' AND NOT attisdropped), ",
            name);
    }
    return sql +
           "c.relkind::text, EXISTS(SELECT 1 FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_attribute AS a"
           " ON a.attrelid = c.oid AND a.attname = 'position' AND i.indkey[0] = a.attnum WHERE"
           " i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1"
           " AND i.indpred IS NULL), has_any_column_privilege(c.oid, 'SELECT'),"
           " has_any_column_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE'),"
           " quote_ident(current_user) FROM pg_catalog.pg_class AS c WHERE c.oid = to_regclass($1)";
}

[[noreturn]] void fail(ExitStatus status, const TableName& table, std::string_view place,
                       const std::string& why) {
    throw Failure(status, fmt::format("the table {} in {}: {}", table.text(), place, why));
}

// Throws if a column is missing, or has a type that is not one of a queue's.
void require_columns(const PgResult& found, const TableName& table, std::string_view place) {
    for (int column = 0; column < static_cast<int>(kColumns.size()); ++column) {
        if (!found.is_null(0, column)) continue;
        fail(ExitStatus::Configuration, table, place,
             fmt::format("it has no column {}; add it: ALTER TABLE {} ADD {}",
                         kColumns[static_cast<std::size_t>(column)], table.text(),
                         column == 0   ? "position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
                         : column == 1 ? "id text"
                         : column == 2 ? "body bytea"
                                       : "taken_until timestamptz"));
    }
    constexpr std::array<std::string_view, 3> kNumbers{"bigint", "integer", "smallint"};
    if (std::find(kNumbers.begin(), kNumbers.end(), found.text(0, 0)) == kNumbers.end()) {
        fail(ExitStatus::Configuration, table, place,
             fmt::format("its column position is {}, and must be bigint", found.text(0, 0)));
    }
    if (found.text(0, 3) != "timestamp with time zone") {
        fail(ExitStatus::Configuration, table, place,
             fmt::format("its column taken_until is {}, and must be timestamptz", found.text(0, 3)));
    }
}

void require_privileges(const PgResult& found, const TableName& table, std::string_view place) {
    std::string missing;
    const auto need = [&](Answer answer, std::string_view privilege) {
        if (!found.boolean(0, answer)) missing += (missing.empty() ? "" : ", ") + std::string(privilege);
    };
    need(MaySelect, "SELECT");
    need(MayUpdate, "UPDATE");
    need(MayDelete, "DELETE");
    if (missing.empty()) return;
    fail(ExitStatus::Configuration, table, place,
         fmt::format("this user may not use it; let its owner say: GRANT {} ON {} TO {}", missing,
                     table.text(), found.text(0, User)));
}

}  // namespace

std::string require_work_table(PgConnection& database, const TableName& table, std::string_view place) {
    const PgResult found = [&] {
        try {
            return database.run(question(), PgParameters().add_own(table.sql()));
        } catch (const PgError& error) {
            if (error.kind() != PgError::Kind::Denied) throw;
            fail(ExitStatus::Configuration, table, place,
                 fmt::format("{}; let its owner say: GRANT USAGE ON SCHEMA {} TO this user", error.what(),
                             TableName{{}, table.schema}.text()));
        }
    }();
    if (found.rows() == 0) {
        fail(ExitStatus::NoInput, table, place,
             fmt::format("it is not there; make it: CREATE TABLE {}(position bigint GENERATED ALWAYS AS "
                         "IDENTITY PRIMARY KEY, id text NOT NULL, body bytea, taken_until timestamptz)",
                         table.text()));
    }
    if (const auto kind = found.text(0, Kind); kind != "r" && kind != "p")
        fail(ExitStatus::Configuration, table, place, "it is no table; a view cannot be taken from");
    require_columns(found, table, place);
    if (!found.boolean(0, HasKey)) {
        fail(ExitStatus::Configuration, table, place,
             fmt::format("nothing makes its positions unique; add a key: ALTER TABLE {} ADD PRIMARY KEY "
                         "(position)",
                         table.text()));
    }
    require_privileges(found, table, place);
    return found.text(0, 2) == "bytea" ? "t.body" : "t.body::text";
}

}  // namespace pipeline
