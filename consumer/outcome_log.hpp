// SPDX-License-Identifier: Apache-2.0
// Writes log lines for invoices that were not booked: rejected, failed, or a duplicate of one already in the
// ledger. The consumer that has led their flush into the ledger writes the lines after it has released the
// flush lock: a stopped log reader must not block the ledger. If this leader is killed between its COMMIT and
// the store of the storage's `durable`, the next leader writes the lines. If it is killed after that store
// and before it writes the lines, they are lost. So no kill causes a line twice, and the ledger has the
// invoices whose lines are lost.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "common/core/layout.hpp"
#include "common/ledger/flush.hpp"
#include "common/text/line_budget.hpp"

namespace pipeline {

class OutcomeLog final : public Flush::Listener {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::uint32_t kLinesPerSecond = 10;
    // So many of them may be about invoices that wait, so that those do not hide the ones that have failed.
    static constexpr std::uint32_t kWaitingLinesPerSecond = 5;

    // `name`: the pipeline's name, a field of each line in the journal.
    explicit OutcomeLog(std::string name) : name_(std::move(name)) {}
    OutcomeLog(const OutcomeLog&) = delete;
    OutcomeLog& operator=(const OutcomeLog&) = delete;
    // Writes all remaining lines.
    ~OutcomeLog() override;

    // Copies records that are not booked, as many as may get a log line in this second. Counts the others.
    void stored(const RecordRange& records, const Totals& outcomes) noexcept override;
    // Writes a line for each copied record. If more lines are allowed at `now`, also writes how many invoices
    // have got no line. Call it after each flush, and from time to time while has_something_to_say().
    void tell(TimePoint now) noexcept;
    [[nodiscard]] bool has_something_to_say() const noexcept {
        return kept_count_ != 0 || left_out_.all() != 0;
    }

  private:
    // The parts of a record that its log line needs. They are copied, because the record may be overwritten
    // before the line is written.
    struct Ended {
        Outcome outcome;
        std::uint32_t attempts;
        std::string id;
        std::string reason;
    };
    void keep(const Record& record, std::string_view id, const Details* details);
    void tell_one(const Ended& ended) const;
    void tell_left_out() noexcept;

    std::string name_;
    LineBudget budget_{kLinesPerSecond};
    LineBudget waiting_budget_{kWaitingLinesPerSecond};
    std::array<Ended, kLinesPerSecond> kept_;
    std::size_t kept_count_ = 0;
    Totals left_out_{};
};

}  // namespace pipeline
