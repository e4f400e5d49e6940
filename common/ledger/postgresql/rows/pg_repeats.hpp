// SPDX-License-Identifier: Apache-2.0
// Finds out which booked records repeat an invoice that is booked under another id: the same seller and
// number, both an invoice or both a credit note; or the same bytes.
//
// Two hosts that book the same number in the same moment do not see each other's row: with `mark`, neither is
// marked. With `reject`, such transactions wait for each other, so one of the two is rejected.
#pragma once

#include "common/ledger/ledger.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/postgresql/rows/pg_batch.hpp"
#include "common/ledger/postgresql/rows/pg_judge.hpp"

namespace pipeline {

// True if a record of the batch may repeat another one.
[[nodiscard]] bool may_repeat(const RecordRange& records, const PgBatch& batch, SameNumber mode);

// Makes a round trip within a transaction, and returns the verdicts on the records that repeat an invoice of
// the ledger, or an earlier one of the batch.
[[nodiscard]] PgJudge::Verdicts find_repeats(PgConnection& database, const RecordRange& records,
                                             const PgBatch& batch, RowValues& values, SameNumber mode);

}  // namespace pipeline
