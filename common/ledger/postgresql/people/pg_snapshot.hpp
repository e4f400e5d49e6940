// SPDX-License-Identifier: Apache-2.0
// A snapshot of a ledger in PostgreSQL, for everything that only reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/base/error.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"

namespace pipeline {

// The time at which a reading must have ended; none: there is no hurry.
using PgUntil = std::optional<std::chrono::steady_clock::time_point>;

struct PgSnapshot {
    PgConnection database;
    std::uint64_t id;  // the ledger's
};

// Makes a connection to the ledger and begins a transaction that sees one moment and writes nothing. Throws
// PgError, and Failure as require_pg_schema() does.
[[nodiscard]] PgSnapshot begin_pg_snapshot(const std::string& url, const PgUntil& until = std::nullopt);

// Calls `read` with a snapshot. If an error that may pass ends the reading, calls `read` again with a new
// one; `read` must then discard the data of its earlier call. Throws Failure, as pg_failure() says, and as
// begin_pg_snapshot() does.
void read_pg_snapshot(const std::string& url, const std::function<void(PgSnapshot&)>& read,
                      const PgUntil& until = std::nullopt);

// Returns the Failure for an error of a connection to the ledger `url`: NotDrained (try again) for what
// passes by itself, Configuration for what somebody must put right in the database or the URL, InputOutput
// for all else.
[[nodiscard]] Failure pg_failure(const std::string& url, const PgError& error);
// The same for a change: CannotCreate if the server takes no writes.
[[nodiscard]] Failure pg_edit_failure(const std::string& url, const PgError& error);

// Returns how long to retry after an error that may pass by itself.
[[nodiscard]] std::chrono::milliseconds pg_patience(const PgError& error) noexcept;

}  // namespace pipeline
