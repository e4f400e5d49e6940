// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/flush.hpp"

#include <algorithm>

#include "common/core/list_marks.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;

// Most records in one transaction: large enough to be cheap for each, small enough to tell a busy leader from
// a hung one.
constexpr std::uint64_t kTransactionRecords = 10'000;

// True if the source is a file of lines, whose positions have digests.
bool is_list(const RingArea& area) noexcept {
    return area.ordered != 0 && area.source_file != FileIdentity{};
}

// One pass over the records: they are many, and in another processor's cache.
Totals count(const RecordRange& records, std::uint64_t now, HistogramArea& until_durable) noexcept {
    std::array<std::uint64_t, 4> counts{};
    std::uint64_t acquired = 0;
    std::uint64_t together = 0;  // records acquired at that same time
    const auto add = [&] {
        if (together != 0) until_durable.add(now > acquired ? now - acquired : 0, together);
    };
    for (const std::span<Record> piece : records.pieces()) {
        for (const Record& record : piece) {
            ++counts[static_cast<std::size_t>(record.outcome) & 3U];
            if (record.acquired_ns != acquired) {
                add();
                acquired = record.acquired_ns;
                together = 0;
            }
            ++together;
        }
    }
    add();
    return {counts[0], counts[1], counts[2], counts[3]};
}

void add_one(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void count_commit(LedgerMetrics& metrics, std::uint64_t began_ns, std::uint64_t now_ns) noexcept {
    add_one(metrics.commits);
    metrics.last_took_ns.store(now_ns - began_ns, std::memory_order_relaxed);
    metrics.last_commit_ns.store(now_ns, std::memory_order_relaxed);
    metrics.failing_since_ns.store(0, std::memory_order_relaxed);
}

void count_error(LedgerMetrics& metrics, std::string_view error) noexcept {
    metrics.error.store(error);
    add_one(metrics.errors);
    if (metrics.failing_since_ns.load(std::memory_order_relaxed) == 0)
        metrics.failing_since_ns.store(monotonic_ns(), std::memory_order_release);
}

}  // namespace

std::optional<nanoseconds> Flush::due_in() const noexcept {
    const std::uint64_t durable = storage_.durable();
    const std::uint64_t tail = storage_.tail();
    if (durable >= tail) return std::nullopt;
    // A full storage is due at once, however small it is.
    const std::uint64_t enough = std::min<std::uint64_t>(policy_.records, (storage_.capacity() + 1) / 2);
    if (tail - durable >= enough) return nanoseconds::zero();
    const std::uint64_t waited = monotonic_ns() - storage_.record(durable).saved_ns;
    const auto interval = static_cast<std::uint64_t>(policy_.interval.count());
    // A record saved in the future, which no process of this machine does, wraps to a large `waited` and is
    // due too.
    return nanoseconds(waited < interval ? interval - waited : 0);
}

std::optional<nanoseconds> Flush::next_look() const noexcept {
    const auto due = due_in();
    return due && another_leads_ ? std::max<nanoseconds>(*due, kLeaveToLeader) : due;
}

Flush::LeadOutcome Flush::lead(nanoseconds bound) {
    {
        // A dead leader needs no repair: the ledger has all below `durable`; commit the rest again.
        const auto guard = storage_.area().flush_lock.lock_for(bound, [] {});
        another_leads_ = !guard;
        if (!guard) return LeadOutcome::Busy;
        const Watermark watermark = low_watermark(ring_, storage_);
        const std::optional<Cursor> cursor = cursor_at(watermark);
        const std::uint64_t durable = storage_.durable();
        while (storage_.durable() < watermark.storage_tail) {
            const std::uint64_t next =
                std::min(watermark.storage_tail, storage_.durable() + kTransactionRecords);
            // The cursor is valid only together with the last record.
            commit(next, next == watermark.storage_tail ? cursor : std::nullopt);
        }
        if (is_behind(cursor, watermark.storage_tail)) {
            commit(watermark.storage_tail, cursor);
        } else if (storage_.durable() == durable) {
            look();  // the end of a drain
        }
    }
    ring_.area().producer.notify();
    return LeadOutcome::Flushed;
}

// The watermark itself or, for a list, the last mark before it. Skips the cursor that the ledger already has:
// its mark may have been overwritten.
std::optional<Flush::Cursor> Flush::cursor_at(const Watermark& watermark) const noexcept {
    if (!watermark.cursor) return std::nullopt;
    RingArea& area = ring_.area();
    if (!is_list(area)) return Cursor{*watermark.cursor, std::nullopt};
    const std::uint64_t known = storage_.area().cursor.load(std::memory_order_relaxed);
    const auto mark = ListMarks(area.list_marks).last(known, *watermark.cursor);
    return mark ? std::optional(Cursor{mark->position, mark->digest}) : std::nullopt;
}

bool Flush::look_after() {
    const auto guard = storage_.area().flush_lock.lock_for(nanoseconds::zero(), [] {});
    return guard && look();
}

bool Flush::look() {
    const RingArea& ring = ring_.area();
    const std::uint64_t durable = storage_.durable();
    try {
        if (!ledger_.look_after(
                {ring.ledger_id, ring.header.generation, durable, &storage_.area().ledger_files}))
            return false;
    } catch (const std::exception& error) {
        count_error(metrics_.ledger, error.what());
        throw;
    }
    // Waiting records say more about the ledger than this check.
    if (storage_.tail() != durable) return false;
    metrics_.ledger.failing_since_ns.store(0, std::memory_order_relaxed);
    return true;
}

void Flush::commit(std::uint64_t tail, const std::optional<Cursor>& cursor) {
    const std::uint64_t durable = storage_.durable();
    const RecordRange records = storage_.range(durable, tail - durable);
    const RingArea& area = ring_.area();
    CommitContext context{source_,        std::nullopt,
                          WallClock(),    area.header.generation,
                          area.ledger_id, &storage_.area().ledger_files};
    context.from_start = area.from_start != 0;
    std::string file;
    if (cursor) {
        context.cursor = cursor->position;
        context.digest = cursor->digest;
        if (cursor->digest) context.file = file = area.source_file.text();
    }
    write(records, context);
    if (tail != durable) {
        const Totals outcomes = count(records, monotonic_ns(), metrics_.until_durable);
        // Most commits have only booked records; do not scan these a second time.
        if (listener_ != nullptr && outcomes.booked != outcomes.all()) listener_->stored(records, outcomes);
        storage_.set_durable(tail, outcomes);
    }
    if (cursor) storage_.area().cursor.store(cursor->position, std::memory_order_release);
}

void Flush::write(const RecordRange& records, const CommitContext& context) {
    const std::uint64_t began = monotonic_ns();
    try {
        ledger_.commit(records, context);
    } catch (const std::exception& error) {
        count_error(metrics_.ledger, error.what());
        throw;
    }
    count_commit(metrics_.ledger, began, monotonic_ns());
}

// The last hand may not yet have been moved on when the last flush of a run was led.
bool Flush::is_behind(const std::optional<Cursor>& cursor, std::uint64_t tail) const noexcept {
    return cursor && ring_.tail() == tail &&
           cursor->position != storage_.area().cursor.load(std::memory_order_relaxed);
}

}  // namespace pipeline
