// SPDX-License-Identifier: Apache-2.0
// The part of a commit that concerns a source in the ledger's database: the rows of the table whose invoices
// the commit records leave the table with it. Costs nothing for other sources.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/core/record.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/spec/address/table_name.hpp"

namespace pipeline {

class PgRemoval {
  public:
    // Begins a transaction of the source that has this name in the ledger.
    void begin(std::string_view source);
    // Adds the question whether the table is there to the round trip; the second function takes the answer.
    // Without the table there is nothing to remove, and the results are recorded all the same.
    void send_question(PgConnection& database) const;
    void take_answer(const std::vector<PgResult>& results, std::size_t question);
    // Adds the removal to the round trip that ends with the COMMIT; nothing else but that may follow. Removes
    // a row only if position and id are those of a record: numbers may have begun anew. An invoice that was
    // given again has no row any more.
    void send(PgConnection& database, const RecordRange& records);
    // Returns the error of that round trip: the table may have changed since the answer, and then the next
    // attempt asks again.
    [[nodiscard]] PgError error_of(const PgError& error) const;

  private:
    std::string source_;
    std::optional<TableName> table_;  // none: the source is not in the ledger
    bool is_there_ = false;
    PgArray positions_{PgArray::Type::Integer}, ids_{PgArray::Type::Text};
};

}  // namespace pipeline
