// SPDX-License-Identifier: Apache-2.0
// One connection for changes that people decide, and its transactions.
//
// Locks are taken in the order in which hosts take them, so that nobody waits in a circle: the chain of
// people's decisions, rows of sources, rows of invoices in the order of their keys.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {

class PgEditSession {
  public:
    // The result of a transaction.
    struct Done {
        bool has_changed = false;       // false: it is rolled back
        std::optional<ChainHead> link;  // the one that it has added to the chain of people's decisions
    };

    // Makes the connection, to a ledger that must be there. Throws Failure as edit_ledger() does.
    explicit PgEditSession(std::string url);

    // Runs `action` in a transaction of its own, which is durable when the function returns. Runs it again if
    // a lock was not got or the connection was lost; so it must begin anew each time. If the answer to the
    // COMMIT is lost, the link tells whether the transaction has taken effect; without a link, `action` must
    // be one that can be done twice. Gives up after 30 s. Throws Failure, and what `action` throws, but for
    // PgError.
    void transact(const std::function<Done(PgConnection&)>& action);
    // Runs `question` in a snapshot, and again as transact() does. Its statements may take minutes.
    void read(const std::function<void(PgConnection&)>& question);

  private:
    using Time = std::chrono::steady_clock::time_point;
    [[nodiscard]] PgConnection& connected();
    [[nodiscard]] bool has_taken_effect(const ChainHead& link);
    void handle(const PgError& error, Time deadline);

    std::string url_;
    std::optional<PgConnection> database_;
};

// Returns the server's time: the clock that all hosts share.
[[nodiscard]] std::int64_t pg_now_us(PgConnection& database);

}  // namespace pipeline
