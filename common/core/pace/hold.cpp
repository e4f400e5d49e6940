// SPDX-License-Identifier: Apache-2.0
#include "common/core/pace/hold.hpp"

#include <algorithm>

#include "common/base/clock.hpp"

namespace pipeline {

// True if no invoice with this hash has failed in this row before.
bool Hold::is_first_of(std::uint64_t hash) noexcept {
    const std::uint64_t bit = hash % kFailedBits;
    const std::uint64_t mark = std::uint64_t{1} << (bit % 64);
    return (area_->failed[bit / 64].fetch_or(mark, std::memory_order_relaxed) & mark) == 0;
}

bool Hold::note_failure(std::uint64_t hash, std::uint32_t after) noexcept {
    if (after == 0 || is_on()) return false;
    const bool is_first = is_first_of(hash);
    const std::uint64_t low = hash & ((std::uint64_t{1} << kHashBits) - 1);
    std::uint64_t word = area_->failures.load(std::memory_order_relaxed);
    std::uint64_t count = 0;
    do {
        count = word >> kHashBits;
        const bool is_last = count != 0 && (word & ((std::uint64_t{1} << kHashBits) - 1)) == low;
        if (is_last || (!is_first && count < kFailedBits / 2)) return false;
        count = std::min<std::uint64_t>(count + 1, UINT16_MAX);
    } while (
        !area_->failures.compare_exchange_weak(word, count << kHashBits | low, std::memory_order_relaxed));
    return count >= after && begin();
}

// The count goes last: as long as it is there, the next success forgets the rest.
void Hold::forget_failures() noexcept {
    for (auto& word : area_->failed) {
        if (word.load(std::memory_order_relaxed) != 0) word.store(0, std::memory_order_relaxed);
    }
    area_->failures.store(0, std::memory_order_relaxed);
}

bool Hold::begin() noexcept {
    if (area_->is_given_up.load(std::memory_order_relaxed) != 0) return false;
    std::uint64_t none = 0;
    return area_->since_ns.compare_exchange_strong(none, monotonic_ns(), std::memory_order_acq_rel);
}

// Mostly nothing has failed: then this only reads, and takes no cache line away from others.
bool Hold::note_success() noexcept {
    if (area_->failures.load(std::memory_order_relaxed) != 0) forget_failures();
    if (area_->is_given_up.load(std::memory_order_relaxed) != 0)
        area_->is_given_up.store(0, std::memory_order_relaxed);
    if (!is_on()) return false;
    area_->tried.store(0, std::memory_order_relaxed);
    return area_->since_ns.exchange(0, std::memory_order_acq_rel) != 0;
}

void Hold::give_up() noexcept {
    area_->is_given_up.store(1, std::memory_order_relaxed);
    forget_failures();
    area_->tried.store(0, std::memory_order_relaxed);
    area_->since_ns.store(0, std::memory_order_release);
}

}  // namespace pipeline
