// SPDX-License-Identifier: Apache-2.0
// The flush of storage into the ledger. Any consumer may lead one; the flush lock admits one leader at a
// time. It is the only critical section with I/O. A leader that dies inside it leaves either nothing or a
// whole transaction. The next leader's retry is idempotent, because rows have keys.
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
    std::uint64_t records = 1000;                    // as soon as this many wait
    std::chrono::nanoseconds interval{100'000'000};  // or when the oldest has waited this long
};

// The leader's metrics, written under the flush lock.
struct FlushMetrics {
    HistogramArea& until_durable;  // times from acquired to durable
    LedgerMetrics& ledger;
};

class Flush {
  public:
    // Receives records that were not booked.
    class Listener {
      public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        virtual ~Listener() = default;
        // The ledger has `records` with their outcomes; `outcomes` counts them, and not all are booked. The
        // leader calls this under the flush lock, after the COMMIT and before `durable` covers the records.
        // The listener copies what it needs and never blocks. If the leader is killed before `durable`
        // moves, the next leader reports the same records again.
        virtual void stored(const RecordRange& records, const Totals& outcomes) noexcept = 0;
    };

    // `listener` may be null. All referenced objects must outlive the flush.
    Flush(const Ring& ring, const Storage& storage, FlushMetrics metrics, Ledger& ledger, std::string source,
          FlushPolicy policy, Listener* listener = nullptr)
        : ring_(ring),
          storage_(storage),
          metrics_(metrics),
          ledger_(ledger),
          source_(std::move(source)),
          policy_(policy),
          listener_(listener) {}

    // The time until the next flush is due: zero if due now, none if no record waits.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> due_in() const noexcept;
    // The time to wait before checking again whether a flush is due; none if no record waits. While another
    // consumer leads, wait at least kLeaveToLeader: it will notice by itself unless it dies or is busy with a
    // slow invoice.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> next_look() const noexcept;
    static constexpr std::chrono::milliseconds kLeaveToLeader{5};

    enum class LeadOutcome { Flushed, Busy };
    // Flushes all waiting records and, once nothing is in flight, the source's cursor. Busy if another
    // consumer leads and does not finish within `bound`. Throws as the ledger: LedgerUnavailable (nothing
    // lost; retry) or Failure.
    LeadOutcome lead(std::chrono::nanoseconds bound);

    // Checks an idle ledger: see Ledger::look_after(). True if it appears usable, false if unknown. Throws as
    // lead().
    bool look_after();

  private:
    // Where the source continues; for a list, also the digest of all before that.
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
    bool another_leads_ = false;  // as of the last lead()
};

}  // namespace pipeline
