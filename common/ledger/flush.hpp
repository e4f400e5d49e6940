// SPDX-License-Identifier: Apache-2.0
// The flush: it writes the records in storage to the ledger. Any consumer may lead a flush; the flush lock
// admits one leader at a time. No other critical section does I/O. A leader that dies while it commits leaves
// either nothing or a whole transaction in the ledger. The next leader commits the same records again; the
// keys of the rows keep the ledger from storing them twice.
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

// Decides when a flush is due: as soon as many records wait; else when twice as much time has passed since
// the last commit as that commit took. So about a third of the time goes into commits, half of it if
// consumers are busy with slow invoices, and a record that comes at any time is durable within four commits,
// if a consumer is free by then. A commit that fails does not count; its retry has a delay of its own.
struct FlushPolicy {
    std::uint64_t records = 10'000;             // so many records need not wait; nor does half the storage
    std::chrono::nanoseconds least{1'000'000};  // the shortest time between two commits
    std::chrono::nanoseconds interval{100'000'000};  // the longest time; also if it is shorter than `least`
    // Not a question of time: what the ledger does with an invoice that repeats another one.
    SameNumber same_number = SameNumber::Mark;
};

// The metrics of flushes. The leader writes them under the flush lock.
struct FlushMetrics {
    HistogramArea& until_durable;  // times from acquired to durable
    LedgerMetrics& ledger;
};

class Flush {
  public:
    // Receives the records of each commit in which at least one outcome is not Booked.
    class Listener {
      public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        virtual ~Listener() = default;
        // The leader calls this under the flush lock, after the ledger has committed `records` and before
        // storage's index `durable` moves past them. `outcomes` counts the records by outcome. The listener
        // must copy all that it needs, and must never block. If the leader is killed before `durable` moves,
        // the next leader reports the same records again.
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
          listener_(listener),
          generation_(ring.area().header.generation),
          ledger_id_(ring.area().ledger_id) {}

    // Returns the time until the next flush is due: zero if it is due now, none if no record waits. The
    // caller will be busy for `busy` then, and perhaps nobody else is free when the flush falls due
    // meanwhile. So it is due already after half of the time, and at once if `busy` is a second or more.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> due_in(
        std::chrono::nanoseconds busy = std::chrono::nanoseconds::zero()) const noexcept;
    // Returns the time to wait before checking again whether a flush is due; none if no record waits. If the
    // last lead() returned Busy, the time is at least kLeaveToLeader: the consumer that led then also leads
    // the next flush, unless it dies or is busy with a slow invoice.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> next_look() const noexcept;
    static constexpr std::chrono::milliseconds kLeaveToLeader{5};

    enum class LeadOutcome { Flushed, Busy };
    // Commits all waiting records and, with the last of them, the source's cursor. If storage holds
    // everything that was acquired, but the ledger's cursor is not up to date, commits the cursor alone.
    // Returns Busy if another consumer leads and does not finish within `bound`. Throws the ledger's errors:
    // LedgerUnavailable (nothing is lost; retry) or Failure. Throws DamagedMemory, before any commit, if the
    // records in storage are damaged.
    LeadOutcome lead(std::chrono::nanoseconds bound);

    // Checks an idle ledger (see Ledger::look_after()). Returns true if the ledger appears usable, false if
    // that is unknown. Throws as lead() does.
    bool look_after();

  private:
    // The position where the source continues; for a list, also the digest of everything before that
    // position.
    struct Cursor {
        std::uint64_t position;
        std::optional<Digest> digest;
    };
    [[nodiscard]] std::optional<Cursor> cursor_at(const Watermark& watermark) const noexcept;
    void commit(std::uint64_t tail, const std::optional<Cursor>& cursor);
    void write(const RecordRange& records, const CommitContext& context);
    bool look();
    void require_constants() const;
    [[nodiscard]] bool is_behind(const std::optional<Cursor>& cursor, std::uint64_t tail) const noexcept;

    Ring ring_;
    Storage storage_;
    FlushMetrics metrics_;
    Ledger& ledger_;
    std::string source_;
    FlushPolicy policy_;
    Listener* listener_;
    // Copies that were taken from the segments when this object was made. If the segments have other values
    // later, they are damaged: no process changes these values during a run.
    std::uint64_t generation_;
    std::uint64_t ledger_id_;
    bool another_leads_ = false;  // the last lead() returned Busy
    // How long the last commit of this object took, and the one before it. The shorter one counts, so that a
    // single slow one (a checkpoint of the ledger's log, for example) does not put off the next.
    std::uint64_t took_ns_ = UINT64_MAX;
    std::uint64_t earlier_took_ns_ = UINT64_MAX;
};

}  // namespace pipeline
