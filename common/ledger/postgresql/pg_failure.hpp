// SPDX-License-Identifier: Apache-2.0
// Turns an error of PostgreSQL into the pipeline's own.
#pragma once

#include <string>

#include "common/base/error.hpp"
#include "common/ledger/postgresql/engine/pg_error.hpp"

namespace pipeline {

// At a start: Configuration if somebody must change a name, a login or a privilege; else CannotCreate.
[[nodiscard]] Failure pg_start_failure(const std::string& name, const PgError& error);

// While the pipeline runs: throws Failure Configuration if the tables are not what the pipeline has made;
// else LedgerUnavailable, because the server may come back.
[[noreturn]] void fail_while_running(const std::string& name, const PgError& error);

}  // namespace pipeline
