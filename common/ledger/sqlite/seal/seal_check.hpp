// SPDX-License-Identifier: Apache-2.0
// Recomputes every digest of a ledger, and so finds each row and each link that was changed, removed or
// inserted. Nothing in the file is secret: an attacker who computes all digests anew from a changed row on,
// or cuts off the last commits with their rows and counts, is found only by a head that was kept elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Faults, of which only the first are kept.
class SealFaults {
  public:
    explicit SealFaults(std::size_t most) : most_(most) {}
    void add(std::string fault) {
        ++count_;
        if (faults_.size() < most_) faults_.push_back(std::move(fault));
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::vector<std::string> take() { return std::move(faults_); }

  private:
    std::size_t most_;
    std::size_t count_ = 0;
    std::vector<std::string> faults_;
};

// Checks a ledger of version 6 or later, within the caller's snapshot, and keeps at most `most` faults. With
// `head`, also whether a link of the ledger has this head. Reads all rows; its memory is bounded, but for
// what for_each_before() says.
[[nodiscard]] SelfCheck check_seal(SqliteConnection& database, std::size_t most,
                                   const std::optional<Digest>& head);

}  // namespace pipeline
