// SPDX-License-Identifier: Apache-2.0
// The ledger in PostgreSQL, which hosts share (docs/several-hosts.md). Any number of processes on any number
// of hosts may write it. The consumers of one host commit one at a time, under the flush lock.
//
// An error that may pass (the server is down, a partition, a failover, a deadlock, a full disk) leaves the
// records in memory, and the caller retries. After it, nobody knows whether a COMMIT took effect; the next
// attempt reads that from the generation's row (pg_session.hpp).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/ledger/ledger.hpp"

namespace pipeline {

class PgSession;

class PgLedger final : public Ledger {
  public:
    // Connects, and makes the tables if they are missing. Throws Failure as open_ledger() does.
    explicit PgLedger(std::string url);
    // Opens the known ledger, and throws as open_known_ledger() does.
    PgLedger(std::string url, const KnownLedger& known);
    // Returns a ledger that connects at its first use and never makes tables: see share_ledger().
    [[nodiscard]] static std::unique_ptr<PgLedger> shared(std::string url);
    ~PgLedger() override;

    void commit(const RecordRange& records, const CommitContext& context) override;
    [[nodiscard]] bool look_after(const KnownLedger& known) override;
    void leave_to_others() noexcept override;
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view source) override;
    [[nodiscard]] std::optional<KnownSource> known(std::string_view source, std::string_view file) override;
    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation) override;
    [[nodiscard]] std::uint64_t id() override;

  private:
    struct OpenLater {};
    PgLedger(std::string url, OpenLater);
    PgSession& session(const KnownLedger& known);
    void drop_broken() noexcept;
    template <class Action>
    auto attempt(const KnownLedger& known, Action&& action);

    std::string url_;
    std::unique_ptr<PgSession> session_;  // null before the first use, and after it had to be closed
    std::chrono::steady_clock::time_point used_;
    std::chrono::steady_clock::time_point looked_;
    std::chrono::milliseconds answer_wait_;
};

}  // namespace pipeline
