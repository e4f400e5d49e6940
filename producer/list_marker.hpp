// SPDX-License-Identifier: Apache-2.0
// When a producer leaves marks of its list (common/core/list_marks.hpp): often enough that the ledger's
// cursor is close to what is done, and that little is left to be believed unseen after a kill; seldom enough
// to cost nothing. It also says in the ring which file the list is, and that it has been compared.
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
    // A mark is due after so many items or so long.
    static constexpr std::size_t kItems = 1024;
    static constexpr std::uint64_t kIntervalNs = 10'000'000;

    // Of a source that is no list (`is_list` false) nothing is done at all.
    ListMarker(const Ring& ring, const Storage& storage, bool is_list) noexcept
        : ring_(ring), storage_(storage), is_list_(is_list) {}

    // Before the push of `count` items, the last ones that acquire() gave; `is_last` says that there are no
    // more at present.
    void before_push(const Source& source, std::size_t count, bool is_last, std::uint64_t now_ns);
    // acquire() has nothing to give.
    void nothing_came(const Source& source, std::uint64_t now_ns);
    // Nothing will be pushed any more: the end of the ring gets a mark, where the next run goes on.
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
