// SPDX-License-Identifier: Apache-2.0
// The SQL function for the digest of a row (SqliteConnection::define_digest()).
#pragma once

struct sqlite3;

namespace pipeline {

// Defines the function for the connection. Returns SQLite's code. Throws std::bad_alloc.
[[nodiscard]] int define_digest_function(sqlite3* handle, const char* name);

}  // namespace pipeline
