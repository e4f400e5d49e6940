// SPDX-License-Identifier: Apache-2.0
// Edits a ledger in PostgreSQL.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/ledger_editor.hpp"

namespace pipeline {

// Makes a connection as edit_ledger() does; `url` names the database.
[[nodiscard]] std::unique_ptr<LedgerEditor> make_pg_editor(const std::string& url);

}  // namespace pipeline
