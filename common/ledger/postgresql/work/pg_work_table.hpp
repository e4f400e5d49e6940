// SPDX-License-Identifier: Apache-2.0
// The table of a source in PostgreSQL, as its producer uses it.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/work/work_table.hpp"
#include "common/spec/address/table_name.hpp"

namespace pipeline {

// Connects with open() only.
[[nodiscard]] std::unique_ptr<WorkTable> make_pg_work_table(std::string url, TableName table);

}  // namespace pipeline
