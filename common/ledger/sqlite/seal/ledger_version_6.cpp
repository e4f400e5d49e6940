// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/ledger_version_6.hpp"

#include <fmt/format.h>

#include "common/base/clock.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"
#include "common/ledger/sqlite/seal/digest_sql.hpp"
#include "common/ledger/sqlite/seal/rows_before.hpp"

namespace pipeline {

void seal_rows_of_before(SqliteConnection& database) {
    database.define_digest(kRowDigest);
    RowsDigest rows;
    for_each_before(database, [&](const Digest& digest, bool) { rows.add(digest); });
    if (rows.rows() == 0) return;
    SealedCommit commit;
    commit.generation = kPeopleGeneration;
    commit.kind = SealedCommit::Kind::Before;
    commit.stored_at_us = wall_us();
    commit.changed = rows.rows();
    commit.digest = rows.finish();
    append_of_people(database, commit);
}

}  // namespace pipeline
