// SPDX-License-Identifier: Apache-2.0
// When the producer starts, finds out which of the spool's files are done, before the spool gives any. After
// a kill, a power cut, or a run in which files could not be moved, the ledger has invoices whose files are
// still in the spool, or in transit in .moving (spool_receipts.hpp). The producer moves these files and does
// not give them to the pipeline again, so that no program runs twice for them.
//
// Files in waiting/ whose rows the ledger does not have go back into the spool: the folder or the ledger is a
// copy of an earlier one, or the spool had another path.
//
// Each file that is present at the start costs one question to the ledger; later files cost none. While the
// ledger cannot be asked, the spool gives no files: their results could not be stored either.
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

    // `receipts` must outlive this object.
    SpoolStart(SpoolReceipts& receipts, std::string folder, const Resume& resume,
               const SourceContext& context);

    // True once no unfinished move is left in .moving and the ledger can be asked. Until then, retries when
    // that is due. If the ledger or .moving cannot be read for longer than a second, logs the failure, and
    // later its end.
    [[nodiscard]] bool is_ready();
    // False while the next question to the ledger must wait.
    [[nodiscard]] bool may_ask() const noexcept { return finished_ && ask_at_ == Clock::time_point{}; }
    // True while the spool must ask the ledger about each file before giving it.
    [[nodiscard]] bool asks() const noexcept { return asks_; }

    // Asks the ledger for the outcome of the invoice from the file `name`, which is `file`; none if the
    // ledger does not have it. Throws LedgerUnavailable; is_ready() is then false for a moment.
    [[nodiscard]] std::optional<LedgerLookup::Answer> outcome_of(const std::string& name,
                                                                 const FileIdentity& file);

    // Closes the ledger, and asks no more questions. Call it when all files from the start have been asked
    // about, or when the spool will give no more files.
    void end();

  private:
    void put_off(const std::string& why);
    void return_waiting();
    void recover();

    SpoolReceipts& receipts_;
    std::string folder_;
    std::shared_ptr<LedgerLookup> ledger_;
    // By position: outcomes that are known from the segments, without asking the ledger.
    std::unordered_map<std::uint64_t, Outcome> unacknowledged_;
    bool knows_source_ = false;
    bool finished_ = false;  // no unfinished move is left in .moving
    bool asks_ = true;
    bool told_ = false;
    Clock::time_point failing_since_{};  // when the first of several failures in a row occurred; zero: none
    Clock::time_point ask_at_{};
    std::uint64_t done_ = 0;  // number of files that the ledger had already under their position
    std::uint64_t by_inode_ = 0;
};

}  // namespace pipeline
