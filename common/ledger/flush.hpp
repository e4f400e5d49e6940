// SPDX-License-Identifier: Apache-2.0
// The flush of storage into the ledger. Any consumer may lead one; the flush lock lets one at a time.
// The only critical section with I/O in it: a leader that dies in the middle has left either nothing or
// a whole transaction, and the next leader repeats it harmlessly, because rows have keys.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/core/metrics.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/core/watermark.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {

// When to flush.
struct FlushPolicy {
    std::uint64_t records = 1000;                    // as soon as so many wait
    std::chrono::nanoseconds interval{100'000'000};  // or when the oldest has waited for so long
};

// Where the leader counts, under the flush lock.
struct FlushMetrics {
    HistogramArea& until_durable;  // how long records took from being acquired until they were durable
    LedgerMetrics& ledger;
};

class Flush {
  public:
    // Is told of records that ended otherwise than booked.
    class Listener {
      public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        virtual ~Listener() = default;
        // The ledger has `records`, each with its outcome; `outcomes` counts them, and not all are booked.
        // Called by the leader under the flush lock, after the COMMIT and before `durable` covers the
        // records: it copies what it needs and waits for nothing. If the leader is killed before `durable`
        // moves, the next one is told of the same records again.
        virtual void stored(const RecordRange& records, const Totals& outcomes) noexcept = 0;
    };

    // `listener` may be null: then nobody is told. What is given by reference or pointer outlives this.
    Flush(const Ring& ring, const Storage& storage, FlushMetrics metrics, Ledger& ledger, std::string source,
          FlushPolicy policy, Listener* listener = nullptr)
        : ring_(ring),
          storage_(storage),
          metrics_(metrics),
          ledger_(ledger),
          source_(std::move(source)),
          policy_(policy),
          listener_(listener) {}

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

    // Looks after a ledger that nothing is written to just now: see Ledger::look_after(). True if it can be
    // used as far as that shows; false if nobody knows. Throws as lead().
    bool look_after();

  private:
    // Where the source is to go on, and of a list the digest of all before that.
    struct Cursor {
        std::uint64_t position;
        std::optional<Digest> digest;
    };
    [[nodiscard]] std::optional<Cursor> cursor_at(const Watermark& watermark) const noexcept;
    void commit(std::uint64_t tail, const std::optional<Cursor>& cursor);
    void write(const RecordRange& records, const CommitContext& context);
    bool look();
    [[nodiscard]] bool is_behind(const std::optional<Cursor>& cursor, std::uint64_t tail) const noexcept;

    Ring ring_;
    Storage storage_;
    FlushMetrics metrics_;
    Ledger& ledger_;
    std::string source_;
    FlushPolicy policy_;
    Listener* listener_;
    bool another_leads_ = false;  // when lead() was last called
};

}  // namespace pipeline
