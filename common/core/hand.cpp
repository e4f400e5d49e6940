// SPDX-License-Identifier: Apache-2.0
#include "common/core/hand.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "common/base/duration_text.hpp"

namespace pipeline {

namespace {

// Returns the offset of a span that its hand's consumer may be overwriting.
std::uint64_t loaded_offset(const IdBytes& id) noexcept {
    ByteSpan span{};
    std::array<char, sizeof span.offset> offset{};
    static_assert(offsetof(ByteSpan, offset) == 0);
    for (std::size_t i = 0; i < offset.size(); ++i) offset[i] = loaded_plain(id[i]);
    std::memcpy(&span.offset, offset.data(), offset.size());
    return span.offset;
}

}  // namespace

std::string Cause::text(std::chrono::nanoseconds item_timeout) const {
    if (encoded_ == kRanTooLong) return "ran longer than " + to_readable_text(item_timeout);
    if (encoded_ == kNotUnderstood) return "gave an answer that is not understood";
    if (encoded_ == kClosedStream) return "closed its input or output";
    if ((encoded_ & kKnown) == 0) return "cause unknown";
    const int status = encoded_ & ~kKnown;
    if (WIFSIGNALED(status)) {
        const char* name = ::sigabbrev_np(WTERMSIG(status));
        return fmt::format("killed by signal {} (SIG{})", WTERMSIG(status), name != nullptr ? name : "?");
    }
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

std::uint16_t Cause::exit_status() const noexcept {
    if (encoded_ == kRanTooLong || encoded_ == kNotUnderstood || encoded_ == kClosedStream ||
        (encoded_ & kKnown) == 0)
        return Attempt::kNoExitStatus;
    const int status = encoded_ & ~kKnown;
    return static_cast<std::uint16_t>(WIFSIGNALED(status) ? Attempt::kSignal + WTERMSIG(status)
                                                          : WEXITSTATUS(status));
}

void Hand::take_over(ProcessId consumer) const {
    area_->process.store(consumer.pack(), std::memory_order_release);
    const WorkWord work = WorkWord::unpack(area_->work.load(std::memory_order_acquire));
    if (work.is_active) {
        const HandWord held = word();
        if (work.index >= held.first + held.done && work.index < held.end()) {
            const std::uint64_t i = work.index - held.first;
            // settle_blame() makes one store. An earlier successor may have made that store and died before
            // end_work(): then the blame counts the attempt already, or the item has become a suspect since
            // the attempt began. In that case change nothing, so that the item is not charged with that
            // successor's death.
            const bool is_counted = !work.is_shared() && deaths(i) == work.attempt;
            const bool is_settled = is_counted || is_suspect(i) != work.is_suspect;
            if (!is_settled) settle_blame(i, work);
        }
        end_work();
    }
    area_->death.store(0, std::memory_order_release);
    set_since(0);
}

// Charges the attempt to item i, or makes the item a suspect (HandView::is_suspect()). An item that is
// charged with an unknown cause also stays a suspect: it may have killed all processes, and may do so again.
void Hand::settle_blame(std::uint64_t i, const WorkWord& work) const {
    require_whole(i);
    const auto next = static_cast<std::uint8_t>(deaths(i) + 1);
    if (!work.is_shared())
        require_within(work.attempt, next, next, {"ring.hands", place(), ".work's attempt"});
    const std::uint32_t cause = area_->death.load(std::memory_order_acquire) & 0xffffU;
    const std::uint32_t before = item(i).blame.load(std::memory_order_relaxed);
    const std::uint32_t suspect = cause == 0 ? kSuspect : 0;
    const bool is_charged = !work.is_shared() && (cause != 0 || work.is_suspect);
    const std::uint32_t blame = is_charged ? suspect | (cause << 8U) | work.attempt : before | kSuspect;
    item(i).blame.store(Item::sealed(blame, item(i).id_length), std::memory_order_release);
}

void Hand::refuse_item(std::uint64_t i) const {
    refuse_word({"ring.hand_items", place() * kMaxBatch + i, "'s blame"}, item(i).blame.load(),
                "does not fit its seal and the length of its id");
}

bool HandView::has_suspect() const noexcept {
    const HandWord held = word();
    for (std::uint64_t i = held.done; i < held.count; ++i) {
        if (is_suspect(i)) return true;
    }
    return false;
}

std::optional<std::uint64_t> HandView::at_work() const noexcept {
    const WorkWord work = WorkWord::unpack(loaded(area_->work));
    const HandWord held = word();
    const bool is_held = work.index >= held.first + held.done && work.index < held.end();
    return work.is_active && is_held ? std::optional(work.index - held.first) : std::nullopt;
}

std::optional<std::uint64_t> HandView::oldest_byte() const noexcept {
    constexpr int kTries = 16;
    for (int tries = 0; tries < kTries; ++tries) {
        const HandWord held = word();
        std::uint64_t oldest = UINT64_MAX;
        // The items' spans rise, so the first one is the oldest.
        for (std::uint64_t i = held.done; i < std::min<std::uint64_t>(held.count, kMaxBatch); ++i) {
            if (!pipeline::is_spanned(loaded_plain(item(i).id_length))) continue;
            oldest = loaded_offset(item(i).id);
            break;
        }
        // If the word has not changed, no claim overwrote the items during the read: a claim calls
        // fence_before_overwrite() first (loaded.hpp).
        if (word().pack() == held.pack()) return oldest;
    }
    return std::nullopt;
}

void Hand::charge(std::uint64_t i, Cause cause) const noexcept {
    const std::uint32_t attempt = deaths(i) + 1U;
    // This store commits. After a kill before it, the work is still active, and the successor charges the
    // attempt with this consumer's death as its cause. After a kill between it and end_work(), the successor
    // finds the attempt charged already (take_over()).
    const std::uint32_t blame = (std::uint32_t{cause.encode()} << 8U) | (attempt & 0xffU);
    item(i).blame.store(Item::sealed(blame, item(i).id_length), std::memory_order_release);
    end_work();
}

}  // namespace pipeline
