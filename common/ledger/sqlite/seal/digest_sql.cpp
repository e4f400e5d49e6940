// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/digest_sql.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "common/ledger/seal/sealed_columns.hpp"

namespace pipeline {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// An argument for each column: its value in the table, or NULL if the table has no such column.
template <class HasColumn>
std::string digest_sql(HasColumn&& has) {
    std::string sql = std::string(kRowDigest) + "(";
    for (std::size_t i = 0; i < kSealedColumns.size(); ++i) {
        const std::string name(kSealedColumns[i]);
        if (i != 0) sql += ", ";
        sql += !has(name) ? "NULL" : name == "failures" ? "nullif(failures, 0)" : name;
    }
    return sql + ")";
}

}  // namespace

std::string outcome_digest_sql() {
    return digest_sql([](std::string_view name) { return name != "seen_at" && name != "digest"; });
}

std::string duplicate_digest_sql() {
    return digest_sql([](std::string_view name) {
        return is_one_of(name, {"source", "generation", "id", "position", "record", "seen_at"});
    });
}

std::string pruned_digest_sql() {
    return digest_sql([](std::string_view name) {
        return is_one_of(name, {"source", "generation", "id", "position", "status", "record", "digest"});
    });
}

}  // namespace pipeline
