// SPDX-License-Identifier: Apache-2.0
// Finds out at a start, before a spool gives anything, which of its files are done. After a kill, a power
// cut, or a run in which files could not be moved, the ledger has invoices whose files are still in the
// spool, or in transit in .moving (spool_receipts.hpp). The start moves them and does not give them to the
// pipeline again, so that no program runs twice for them.
//
// Each file present at the start costs one question; later files cost none. While the ledger cannot be asked,
// the spool gives nothing: nothing could be stored either.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "producer/sources/source.hpp"
#include "producer/sources/spool/spool_receipts.hpp"

namespace pipeline {

class SpoolStart {
  public:
    using Clock = std::chrono::steady_clock;

    // `receipts` must outlive this.
    SpoolStart(SpoolReceipts& receipts, std::string folder, const Resume& resume,
               const SourceContext& context);

    // True once everything in .moving is finished; retries that if it is time to. If the ledger or .moving is
    // unreadable for longer than a second, reports that, and later that it is over.
    [[nodiscard]] bool is_ready();
    // False while the next question must wait.
    [[nodiscard]] bool may_ask() const noexcept { return finished_ && ask_at_ == Clock::time_point{}; }
    // True while the ledger must be asked about files.
    [[nodiscard]] bool asks() const noexcept { return asks_; }

    // The outcome of the invoice `id` that was the file `file`; none if it is new. Throws LedgerUnavailable;
    // is_ready() is then false for a moment.
    [[nodiscard]] std::optional<Outcome> outcome_of(std::string_view id, const FileIdentity& file);

    // Ends the questions: all files from the start have been asked about, or no more will be given.
    void end();

  private:
    void put_off(const std::string& why);
    void recover();

    SpoolReceipts& receipts_;
    std::string folder_;
    std::shared_ptr<LedgerLookup> ledger_;
    // Outcomes known from the segments, without asking the ledger.
    std::unordered_map<std::uint64_t, Outcome> unacknowledged_;
    bool knows_source_ = false;
    bool finished_ = false;  // .moving
    bool asks_ = true;
    bool told_ = false;
    Clock::time_point failing_since_{};  // the first failure
    Clock::time_point ask_at_{};
    std::uint64_t done_ = 0;  // files of the spool that the ledger had already
    std::uint64_t by_inode_ = 0;
};

}  // namespace pipeline
