// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/flush.hpp"

#include <algorithm>
#include <utility>

#include "common/core/list_marks.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;

// The most records in one transaction. They are enough to make the transaction cheap for each record, and few
// enough that a busy leader soon shows progress and is not taken for a hung one.
constexpr std::uint64_t kTransactionRecords = 10'000;

// A caller that will be busy for so long must not leave a result without its commit meanwhile.
constexpr std::chrono::seconds kLongBusy{1};

// True if the source is a list. Only the cursor of a list comes with a digest.
bool is_list(const RingArea& area) noexcept {
    return area.ordered != 0 && area.source_file != FileIdentity{};
}

// Counts the outcomes, and adds each record's time from acquired to durable to the histogram. One pass does
// both, because the records are many, and lie in another CPU's cache.
Totals count(const RecordRange& records, std::uint64_t now, HistogramArea& until_durable) noexcept {
    std::array<std::uint64_t, 8> counts{};
    std::uint64_t given_again = 0;
    std::uint64_t acquired = 0;
    std::uint64_t together = 0;  // number of adjacent records that were acquired at that time
    const auto add = [&] {
        if (together != 0) until_durable.add(now > acquired ? now - acquired : 0, together);
    };
    for (const std::span<Record> piece : records.pieces()) {
        for (const Record& record : piece) {
            ++counts[static_cast<std::size_t>(record.outcome) & 7U];
            given_again += record.is_given_again() ? 1 : 0;
            if (record.acquired_ns != acquired) {
                add();
                acquired = record.acquired_ns;
                together = 0;
            }
            ++together;
        }
    }
    add();
    return {counts[0], counts[1], counts[2], counts[3], counts[4], given_again};
}

// Returns the end of the bytes of the records from `first` to `end`; none if they have no bytes.
std::optional<std::uint64_t> end_of_bytes(const StorageView& storage, std::uint64_t first,
                                          std::uint64_t end) noexcept {
    if (storage.bytes_tail() == 0) return std::nullopt;  // no record has ever had bytes
    while (end != first && !storage.record(end - 1).is_spanned()) --end;
    return end == first ? std::nullopt : std::optional(storage.record(end - 1).span().end());
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

std::optional<nanoseconds> Flush::due_in(nanoseconds busy) const noexcept {
    const std::uint64_t durable = storage_.durable();
    const std::uint64_t tail = storage_.tail();
    if (durable >= tail) return std::nullopt;
    // A flush is due at once if `policy_.records` records wait, or if storage is half full.
    const std::uint64_t enough = std::min<std::uint64_t>(policy_.records, (storage_.capacity() + 1) / 2);
    if (tail - durable >= enough) return nanoseconds::zero();
    // So it is if the bytes of the waiting records fill half of the byte area.
    const std::uint64_t durable_bytes = storage_.area().durable_bytes.load(std::memory_order_relaxed);
    if (storage_.bytes_tail() - durable_bytes >= storage_.bytes().capacity() / 2) return nanoseconds::zero();
    // If the last commit ended in the future (in a boot before this one), `passed` wraps to a large number,
    // and the flush is due at once.
    const auto in_ns = [](nanoseconds time) { return static_cast<std::uint64_t>(time.count()); };
    const std::uint64_t longest = in_ns(policy_.interval);
    const std::uint64_t took =
        std::min({metrics_.ledger.last_took_ns.load(std::memory_order_relaxed), earlier_took_ns_, longest});
    const std::uint64_t wait = std::min(std::max(2 * took, in_ns(policy_.least)), longest);
    const std::uint64_t ended = metrics_.ledger.last_commit_ns.load(std::memory_order_relaxed);
    const std::uint64_t passed = monotonic_ns() - ended;
    if (passed >= wait) return nanoseconds::zero();
    const nanoseconds left(wait - passed);
    const bool is_early = busy > left && (passed >= wait / 2 || busy >= kLongBusy);
    return is_early ? nanoseconds::zero() : left;
}

std::optional<nanoseconds> Flush::next_look() const noexcept {
    const auto due = due_in();
    return due && another_leads_ ? std::max<nanoseconds>(*due, kLeaveToLeader) : due;
}

Flush::LeadOutcome Flush::lead(nanoseconds bound) {
    {
        // If the last leader died with the lock, nothing needs repair: the ledger has all records below
        // `durable`, and this leader commits all later records, even those that the dead leader committed.
        const auto guard = storage_.area().flush_lock.lock_for(bound, [] {});
        another_leads_ = !guard;
        if (!guard) {
            ledger_.leave_to_others();
            return LeadOutcome::Busy;
        }
        const Watermark watermark = low_watermark(ring_, storage_);
        const std::optional<Cursor> cursor = cursor_at(watermark);
        require_constants();
        storage_.require_sound(watermark.storage_tail);
        const std::uint64_t durable = storage_.durable();
        while (storage_.durable() < watermark.storage_tail) {
            const std::uint64_t next =
                std::min(watermark.storage_tail, storage_.durable() + kTransactionRecords);
            // Only the last transaction sets the cursor: it is valid only once all these records are in the
            // ledger.
            commit(next, next == watermark.storage_tail ? cursor : std::nullopt);
        }
        if (is_behind(cursor, watermark.storage_tail)) {
            commit(watermark.storage_tail, cursor);
        } else if (storage_.durable() == durable) {
            look();  // nothing to commit, as at the end of a drain: check the ledger instead
        }
    }
    ring_.area().producer.notify();
    return LeadOutcome::Flushed;
}

// Returns the cursor to commit; none if the watermark has none. For a list, this is the last mark
// (list_marks.hpp) after the ledger's present cursor and up to the watermark; none if there is no such mark.
// For other sources, it is the watermark's cursor.
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
    require_constants();
    const std::uint64_t durable = storage_.durable();
    try {
        if (!ledger_.look_after({ledger_id_, generation_, durable, &storage_.area().ledger_files}))
            return false;
    } catch (const std::exception& error) {
        count_error(metrics_.ledger, error.what());
        throw;
    }
    // If records wait, only a commit of them shows whether the ledger works. So this check does not clear
    // `failing_since_ns` then.
    if (storage_.tail() != durable) return false;
    metrics_.ledger.failing_since_ns.store(0, std::memory_order_relaxed);
    return true;
}

void Flush::require_constants() const {
    const RingArea& area = ring_.area();
    require_within(area.header.generation, generation_, generation_, {"ring.header.generation"});
    require_within(area.ledger_id, ledger_id_, ledger_id_, {"ring.ledger_id"});
}

void Flush::commit(std::uint64_t tail, const std::optional<Cursor>& cursor) {
    const std::uint64_t durable = storage_.durable();
    const RecordRange records = storage_.range(durable, tail - durable);
    const RingArea& area = ring_.area();
    CommitContext context{source_,     std::nullopt, WallClock(),
                          generation_, ledger_id_,   &storage_.area().ledger_files};
    context.from_start = area.from_start != 0;
    context.same_number = policy_.same_number;
    // Check the records again before the COMMIT: a faulty program may have changed a record after lead()
    // checked it, and the ledger would store the changed one.
    context.check_records = [this, tail] { storage_.require_sound(tail); };
    std::string file;
    if (cursor) {
        context.cursor = cursor->position;
        context.digest = cursor->digest;
        if (cursor->digest) context.file = file = area.source_file.text();
    }
    write(records, context);
    if (tail != durable) {
        const Totals outcomes = count(records, monotonic_ns(), metrics_.until_durable);
        // Most commits have only booked records: spare the listener a second pass over those.
        if (listener_ != nullptr && outcomes.booked != outcomes.all()) listener_->stored(records, outcomes);
        const std::optional<std::uint64_t> end = end_of_bytes(storage_, durable, tail);
        storage_.set_durable(tail, outcomes);
        if (end) storage_.area().durable_bytes.store(*end, std::memory_order_relaxed);
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
    const std::uint64_t now = monotonic_ns();
    count_commit(metrics_.ledger, began, now);
    earlier_took_ns_ = std::exchange(took_ns_, now - began);
}

// True if storage holds everything that was acquired, but the ledger's cursor is not up to date. This happens
// at the end of a run: the last flush may come after the last consumer has saved its records, but before it
// has counted them as done in its hand (HandArea).
bool Flush::is_behind(const std::optional<Cursor>& cursor, std::uint64_t tail) const noexcept {
    return cursor && ring_.tail() == tail &&
           cursor->position != storage_.area().cursor.load(std::memory_order_relaxed);
}

}  // namespace pipeline
