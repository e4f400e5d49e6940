// SPDX-License-Identifier: Apache-2.0
// The log lines of invoices that ended otherwise than booked: rejected, failed, or a duplicate of one that is
// in the ledger already. The consumer that led their flush writes them, once the flush lock is free: a reader
// that has stopped must not hold the ledger up. A leader that is killed between its COMMIT and `durable`
// leaves them to the next one; killed after that and before the lines, it takes them with it. So no kill lets
// a line be written twice, and the ledger has what a kill leaves out.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "common/core/layout.hpp"
#include "common/ledger/flush.hpp"
#include "consumer/work/line_budget.hpp"

namespace pipeline {

class OutcomeLog final : public Flush::Listener {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::uint32_t kLinesPerSecond = 10;

    // `name`: the pipeline's, for the journal.
    explicit OutcomeLog(std::string name) : name_(std::move(name)) {}
    OutcomeLog(const OutcomeLog&) = delete;
    OutcomeLog& operator=(const OutcomeLog&) = delete;
    // Writes all that is left to be said.
    ~OutcomeLog() override;

    // Keeps what a second has lines for, and counts the rest.
    void stored(const RecordRange& records, const Totals& outcomes) noexcept override;
    // Writes what is kept and, once the second is over, how many were left out. To be called after a flush
    // and, while there is anything to say, now and then.
    void tell(TimePoint now) noexcept;
    [[nodiscard]] bool has_something_to_say() const noexcept {
        return kept_count_ != 0 || left_out_.all() != 0;
    }

  private:
    // A copy: the record's place may be another's once the record is durable.
    struct Ended {
        Outcome outcome;
        std::uint32_t attempts;
        std::string id;
        std::string reason;
    };
    void keep(const Record& record, const Details* details);
    void tell_one(const Ended& ended) const;
    void tell_left_out() noexcept;

    std::string name_;
    LineBudget budget_{kLinesPerSecond};
    std::array<Ended, kLinesPerSecond> kept_;
    std::size_t kept_count_ = 0;
    Totals left_out_{};
};

}  // namespace pipeline
