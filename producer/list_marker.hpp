// SPDX-License-Identifier: Apache-2.0
// Leaves the marks of a producer's list in the ring (common/core/list_marks.hpp): positions with the digest
// of everything before them. Leaves them often enough that the ledger's cursor stays close to the finished
// work, and that few lines follow the last mark after a kill. But it leaves them seldom enough that they cost
// nothing. Also records in the ring which file the list is, and that a producer has compared the file with
// what was read before.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/core/list_marks.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class ListMarker {
  public:
    // A mark is due after this many items or after this time.
    static constexpr std::size_t kItems = 1024;
    static constexpr std::uint64_t kIntervalNs = 10'000'000;

    // If `is_list` is false, the source is not a list, and all functions do nothing.
    ListMarker(const Ring& ring, const Storage& storage, bool is_list) noexcept
        : ring_(ring), storage_(storage), is_list_(is_list) {}

    // True if the source may be relied on: it is no list, or has proved to be the list that was read before.
    [[nodiscard]] bool is_proved(const Source& source) const {
        return !is_list_ || source.mark().has_value();
    }
    // Call before any push: notes the list's file if nothing has been pushed yet.
    void note_file(const Source& source);
    // Call before pushing the `count` items that acquire() last returned. Leaves a mark if one is due, or if
    // `is_last`: the source has no more items now.
    void before_push(const Source& source, std::size_t count, bool is_last, std::uint64_t now_ns);
    // Call when acquire() has returned nothing: leaves a mark if items came after the last mark, or if this
    // producer has left none yet.
    void nothing_came(const Source& source, std::uint64_t now_ns);
    // Call after the last push. Leaves a mark where the ring's last item ends: the next run continues there.
    void at_end(Source& source);

  private:
    void leave(const std::optional<MarkedPosition>& mark, std::uint64_t now_ns);

    Ring ring_;
    Storage storage_;
    bool is_list_;
    bool is_checked_ = false;
    std::size_t unmarked_ = 0;  // items since the last mark
    std::uint64_t due_ns_ = 0;
    std::uint64_t last_ = 0;  // the last mark's position
};

}  // namespace pipeline
