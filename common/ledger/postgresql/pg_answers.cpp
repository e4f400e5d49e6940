// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/pg_answers.hpp"

#include <string>

namespace pipeline {

std::optional<KnownSource> known_source_in(const PgResult& result) {
    if (result.rows() == 0) return std::nullopt;
    KnownSource known{std::string(result.text(0, 0)), std::nullopt, std::nullopt, {}};
    if (!result.is_null(0, 1)) known.cursor = static_cast<std::uint64_t>(result.integer(0, 1));
    if (!result.is_null(0, 2)) known.digest = parse_digest(result.text(0, 2));
    known.file = result.text(0, 3);
    return known;
}

LastCommit last_commit_in(const PgResult& result) {
    LastCommit last;
    if (result.rows() == 0) return last;
    last.recorded = static_cast<std::uint64_t>(result.integer(0, 0));
    if (!result.is_null(0, 1)) last.first = static_cast<std::uint64_t>(result.integer(0, 1));
    last.digest = result.text(0, 2);
    return last;
}

}  // namespace pipeline
