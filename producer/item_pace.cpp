// SPDX-License-Identifier: Apache-2.0
#include "producer/item_pace.hpp"

#include <algorithm>

#include "common/base/clock.hpp"
#include "common/core/idle_wait.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// With --rate, the producer pushes an item this long before its processing may begin. So the consumers have
// the item in time, and a drain finds few items whose processing has not begun.
constexpr milliseconds kAhead{1};
// With --rate, the producer waits until a consumer has taken a permit for the last pushed item, or has saved
// the item without one (an unusable id). If a permit is due for a tenth of the rate's period, within these
// limits, and nobody has taken it, the producer acquires the next items all the same: the consumer that holds
// the last item has died or is stopped, and the other consumers need not wait for it. At a slow rate the
// producer is in no hurry: if that consumer is only late, the next item waits a whole period, and a drain
// with it.
constexpr milliseconds kLeastLook{50};
constexpr milliseconds kMostLook{10'000};

nanoseconds look_for_begin(double per_second) noexcept {
    const double tenth_ms = std::min(100 / per_second, static_cast<double>(kMostLook.count()));
    return std::max(kLeastLook, milliseconds(static_cast<milliseconds::rep>(tenth_ms)));
}

}  // namespace

ItemPace::ItemPace(const Ring& ring, const Storage& storage, std::optional<double> rate)
    : ring_(ring), storage_(storage), rate_(rate) {
    if (rate) permits_.emplace(ring_.area(), *rate);
}

std::size_t ItemPace::wanted() const noexcept {
    if (!rate_) return kMaxBatch;
    if (until_wanted() > nanoseconds::zero()) return 0;
    return Permits::begins_in(*rate_, kAhead) - (ring_.tail() - ring_.head());
}

nanoseconds ItemPace::until_wanted() const noexcept {
    if (!rate_) return nanoseconds::zero();
    const std::uint64_t tail = ring_.tail();
    if (tail - ring_.head() >= Permits::begins_in(*rate_, kAhead)) return IdleWait::kLater;
    const bool has_begun = permits_->word() != word_at_push_ || storage_.tail() == tail;
    const nanoseconds since_push(static_cast<nanoseconds::rep>(monotonic_ns() - pushed_ns_));
    const nanoseconds late = std::min(permits_->since_due(), since_push);
    const nanoseconds look = look_for_begin(*rate_);
    if (!has_begun && late < look) return look - late;
    return std::max<nanoseconds>(permits_->until_due() - kAhead, nanoseconds::zero());
}

void ItemPace::note_push(std::uint64_t now_ns) noexcept {
    if (!permits_) return;
    word_at_push_ = permits_->word();
    pushed_ns_ = now_ns;
}

}  // namespace pipeline
