// SPDX-License-Identifier: Apache-2.0
// The URL of a ledger in a database server. It stands in command lines, in shared memory, in the log and on
// screens, so it must not have a secret.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

// Returns the URL "postgresql:" + `argument`, whose form libpq checks when it is used
// (https://www.postgresql.org/docs/15/libpq-connect.html, "Connection URIs"). Throws std::invalid_argument,
// without a word of the secret, if there is a password in it; and if it is no URL at all.
[[nodiscard]] std::string parse_postgresql_url(std::string_view argument);

}  // namespace pipeline
