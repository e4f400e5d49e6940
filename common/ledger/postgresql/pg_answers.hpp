// SPDX-License-Identifier: Apache-2.0
// Answers of a ledger in PostgreSQL as values.
#pragma once

#include <optional>

#include "common/ledger/last_commit.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/postgresql/engine/pg_result.hpp"

namespace pipeline {

// The question whose answer known_source_in() reads; its parameter is the source's name.
inline constexpr const char* kSelectKnownSource =
    "SELECT source, cursor, digest, file FROM sources WHERE source = $1";
[[nodiscard]] std::optional<KnownSource> known_source_in(const PgResult& result);

// Reads recorded, last_first and last_digest of a generation; a commit of zero records if it has no row.
[[nodiscard]] LastCommit last_commit_in(const PgResult& result);

}  // namespace pipeline
