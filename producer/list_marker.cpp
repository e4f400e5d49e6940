// SPDX-License-Identifier: Apache-2.0
#include "producer/list_marker.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"

namespace pipeline {

// A plain store is enough: no other process reads `source_file` before the first push.
void ListMarker::note_file(const Source& source) {
    if (!is_list_ || ring_.tail() != 0) return;
    if (const auto file = source.file()) ring_.area().source_file = *file;
}

void ListMarker::before_push(const Source& source, std::size_t count, bool is_last, std::uint64_t now_ns) {
    if (!is_list_) return;
    note_file(source);
    unmarked_ += count;
    if (is_last || unmarked_ >= kItems || now_ns >= due_ns_) leave(source.mark(), now_ns);
}

void ListMarker::nothing_came(const Source& source, std::uint64_t now_ns) {
    if (is_list_ && (unmarked_ != 0 || !is_checked_)) leave(source.mark(), now_ns);
}

void ListMarker::at_end(Source& source) {
    const std::uint64_t tail = ring_.tail();
    if (!is_list_ || tail == 0) return;
    const Item& last = ring_.slot(tail - 1);
    const std::uint64_t end = last.position.load() + last.extent.load();
    if (end == last_) return;
    try {
        leave(source.mark_at(end), monotonic_ns());
    } catch (const Failure&) {
        // The list is unreadable now. The next run reads the lines after the last mark again, and the ledger
        // recognises those that it has.
    }
}

void ListMarker::leave(const std::optional<MarkedPosition>& mark, std::uint64_t now_ns) {
    if (!mark) return;
    unmarked_ = 0;
    due_ns_ = now_ns + kIntervalNs;
    last_ = mark->position;
    ListMarks(ring_.area().list_marks).leave(*mark, storage_.area().cursor.load(std::memory_order_relaxed));
    if (is_checked_) return;
    is_checked_ = true;
    // Store `list_checked` after the mark. A producer that finds `list_checked` set does not compare the
    // whole list again: it continues from a mark, so there must be one.
    ring_.area().list_checked.store(1, std::memory_order_release);
}

}  // namespace pipeline
