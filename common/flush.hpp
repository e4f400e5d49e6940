// SPDX-License-Identifier: Apache-2.0
// The flush of storage into the ledger. Any consumer may lead one; the flush lock lets one at a time.
// The only critical section with I/O in it: a leader that dies in the middle has left either nothing or
// a whole transaction, and the next leader repeats it harmlessly, because rows have keys.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/histogram.hpp"
#include "common/ledger.hpp"
#include "common/ring.hpp"
#include "common/storage.hpp"
#include "common/watermark.hpp"

namespace pipeline {

// When to flush.
struct FlushPolicy {
    std::uint64_t records = 1000;                    // as soon as so many wait
    std::chrono::nanoseconds interval{100'000'000};  // or when the oldest has waited for so long
};

class Flush {
  public:
    // `until_durable`: where the leader counts how long records took from being acquired until they were
    // durable.
    Flush(const Ring& ring, const Storage& storage, HistogramArea& until_durable, Ledger& ledger,
          std::string source, FlushPolicy policy)
        : ring_(ring),
          storage_(storage),
          until_durable_(until_durable),
          ledger_(ledger),
          source_(std::move(source)),
          policy_(policy) {}

    // How long until the next flush is due: zero if it is now, none if no record waits.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> due_in() const noexcept;
    // How long to wait for something else before asking again whether one is due, none if no record waits. As
    // long as another one leads, that is not at once but after a while, although a flush may be due: the
    // leader sees himself what is due next, unless he dies or has a slow invoice to process.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> next_look() const noexcept;
    static constexpr std::chrono::milliseconds kLeaveToLeader{5};

    enum class LeadOutcome { Flushed, Busy };
    // Flushes all that waits and, once nothing is in flight any more, the source's cursor; Busy if another
    // consumer leads and does not finish within `bound`. Throws what the ledger throws: LedgerUnavailable
    // (nothing lost, to be tried again) or Failure.
    LeadOutcome lead(std::chrono::nanoseconds bound);

  private:
    void commit(std::uint64_t tail, std::optional<std::uint64_t> cursor);
    [[nodiscard]] bool is_cursor_behind(const Watermark& watermark) const noexcept;

    Ring ring_;
    Storage storage_;
    HistogramArea& until_durable_;
    Ledger& ledger_;
    std::string source_;
    FlushPolicy policy_;
    bool another_leads_ = false;  // when lead() was last called
};

}  // namespace pipeline
