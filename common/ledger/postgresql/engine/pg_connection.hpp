// SPDX-License-Identifier: Apache-2.0
// A thin owner of libpq's handles: a connection and the results of its statements. It knows nothing of the
// ledger. No other room includes libpq-fe.h.
//
// Every wait is bounded: that for a connection, and that for the answer to each round trip. After PgError
// TimeIsUp or Unreachable, the caller does not know whether a COMMIT that was on its way has taken effect.
//
// Statements have no names, so the connection may go through a pool that gives each transaction another
// server connection (pgbouncer, mode transaction). A setting holds for one transaction: begin() sets it.
//
// A connection belongs to one thread, and never crosses a fork(2).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/ledger/postgresql/engine/pg_error.hpp"
#include "common/ledger/postgresql/engine/pg_parameters.hpp"
#include "common/ledger/postgresql/engine/pg_result.hpp"

struct pg_conn;
struct pg_result;

namespace pipeline {

class PgConnection {
  public:
    // The longest wait for a connection to one host of the URL (libpq counts in seconds), and for an answer.
    static constexpr std::chrono::seconds kConnectWait{3};
    static constexpr std::chrono::milliseconds kAnswerWait{5000};

    // Connects to the database that `url` names. With `for_writing`, only to a server that takes writes. A
    // URL with several hosts is tried host by host.
    explicit PgConnection(const std::string& url, bool for_writing = true,
                          std::chrono::milliseconds answer_wait = kAnswerWait);

    // Adds a statement to the round trip that is being made.
    void send(const std::string& sql, const PgParameters& parameters = {});
    // Adds the statements with which every transaction begins. A snapshot sees one moment, and writes
    // nothing. All others commit durably, whatever the server's defaults are.
    void begin(bool snapshot = false);
    // Ends the round trip: sends it, and returns the results of its statements in order. If a statement
    // fails, the server skips those behind it, and finish() throws the error after the round trip has ended.
    std::vector<PgResult> finish();
    // Makes a round trip that ends with this statement, and returns its result.
    PgResult run(const std::string& sql, const PgParameters& parameters = {});
    // Calls `take` with each row of one SELECT, until it returns false. Memory does not grow with the number
    // of rows. Only within a transaction.
    using TakeRow = std::function<bool(const PgResult& result, int row)>;
    void for_each(const std::string& select, const PgParameters& parameters, const TakeRow& take);

    // Commits, with the statements that were sent before it in the round trip. Throws PgError Again if the
    // server has not made the transaction durable, or has rolled it back.
    void commit();
    // Ends a failed transaction. Returns false if the connection is no longer usable.
    [[nodiscard]] bool roll_back() noexcept;
    // True if the connection still seems to be there. Sends nothing.
    [[nodiscard]] bool is_open() noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    // The encoding of the database, such as "UTF8".
    [[nodiscard]] std::string server_encoding() const;
    // Changes the longest wait for an answer.
    void set_answer_wait(std::chrono::milliseconds wait) noexcept { answer_wait_ = wait; }
    // A warning of the last round trip, or an empty text.
    [[nodiscard]] const std::string& warning() const noexcept { return *warning_; }

  private:
    using Time = std::chrono::steady_clock::time_point;
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };
    [[noreturn]] void fail_connection(const std::string& what);
    void wait(bool for_writing, Time deadline);
    void flush(Time deadline);
    pg_result* next_result(Time deadline);
    void end_round_trip(Time deadline);

    std::unique_ptr<pg_conn, Close> connection_;
    std::chrono::milliseconds answer_wait_;
    std::size_t sent_ = 0;  // statements of the round trip that is being made
    // The SQLSTATE and text of the last warning; owned apart, because libpq keeps a pointer to it.
    std::unique_ptr<std::string> warning_;
};

}  // namespace pipeline
