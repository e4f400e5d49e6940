// SPDX-License-Identifier: Apache-2.0
#include "producer/kept_mark.hpp"

#include <limits>
#include <vector>

#include "common/core/list_marks.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

}  // namespace

KeptMark kept_mark(const Ring& ring) {
    KeptMark mark;
    mark.get = [ring]() -> std::optional<Digest> {
        const auto all = ListMarks(ring.area().list_marks).up_to(kAny);
        return all.empty() ? std::nullopt : std::optional(all.back().digest);
    };
    mark.set = [ring](const Digest& digest) {
        const ListMarks marks(ring.area().list_marks);
        const auto all = marks.up_to(kAny);
        const std::uint64_t number = all.empty() ? 1 : all.back().position + 1;
        // Every entry counts as free but the newest one, which holds until the new one is whole.
        ListMarks(ring.area().list_marks).leave({number, digest, {}}, number - 1);
    };
    return mark;
}

}  // namespace pipeline
