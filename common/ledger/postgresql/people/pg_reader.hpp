// SPDX-License-Identifier: Apache-2.0
// A read-only snapshot of a ledger in PostgreSQL, of all hosts at one moment; also of a standby.
//
// An open snapshot has a cost: meanwhile the server keeps the rows that were replaced since.
#pragma once

#include <functional>
#include <string>

#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/postgresql/people/pg_snapshot.hpp"

namespace pipeline {

// All functions may throw PgError.
class PgReader final : public LedgerReader {
  public:
    // The snapshot must outlive this object.
    explicit PgReader(PgSnapshot& snapshot) : snapshot_(&snapshot) {}

    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t generation) override;
    [[nodiscard]] std::uint64_t id() override { return snapshot_->id; }
    [[nodiscard]] std::vector<SourceBooks> books() override;
    // See pg_self_check.hpp.
    [[nodiscard]] SelfCheck check_itself(std::size_t most) override;
    [[nodiscard]] SelfCheck check_seal(std::size_t most, const std::optional<Digest>& head) override;
    void for_each_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                           const std::function<void(std::uint64_t)>& take) override;
    void for_each_former_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                  const std::function<void(std::uint64_t)>& take) override;

  private:
    void for_each_position_in(const char* tables, std::string_view source, std::uint64_t first,
                              std::uint64_t last, const std::function<void(std::uint64_t)>& take);

    PgSnapshot* snapshot_;
};

// Reads as read_ledger() does; `url` names the database. Throws Failure as read_pg_snapshot() does.
void read_pg_ledger(const std::string& url, const std::function<void(LedgerReader&)>& read);

}  // namespace pipeline
