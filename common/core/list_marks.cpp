// SPDX-License-Identifier: Apache-2.0
#include "common/core/list_marks.hpp"

#include <algorithm>
#include <cstring>

#include "common/core/list_digest.hpp"

namespace pipeline {
namespace {

using Words = std::array<std::atomic<std::uint64_t>, 4>;
static_assert(sizeof(Digest) == sizeof(Words));

// Stores each word with release order, and load() loads it with acquire order: a reader that has got a new
// word then also sees the changed sequence.
void store(Words& words, const Digest& digest) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, digest.data() + i * sizeof word, sizeof word);
        words[i].store(word, std::memory_order_release);
    }
}

Digest load(const Words& words) noexcept {
    Digest digest{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint64_t word = words[i].load(std::memory_order_acquire);
        std::memcpy(digest.data() + i * sizeof word, &word, sizeof word);
    }
    return digest;
}

bool is_whole(std::uint64_t sequence) noexcept {
    return sequence != 0 && sequence % 2 == 0;
}

// Reads a mark. Returns none if the mark was never written, is half written, or has changed meanwhile.
std::optional<MarkedPosition> read(const ListMark& mark) noexcept {
    const std::uint64_t sequence = mark.sequence.load(std::memory_order_acquire);
    if (!is_whole(sequence)) return std::nullopt;
    MarkedPosition found;
    found.position = mark.position.load(std::memory_order_acquire);
    found.digest = load(mark.digest);
    found.chain = load(mark.chain);
    if (mark.sequence.load(std::memory_order_relaxed) != sequence) return std::nullopt;
    return found;
}

}  // namespace

bool MarkedPosition::has_chain() const noexcept {
    return position < ListDigest::kBlockBytes || chain != Digest{};
}

// Chooses the mark to overwrite. Only the process that writes marks calls this, so no mark changes meanwhile.
ListMark& ListMarks::choose(std::uint64_t cursor) const noexcept {
    ListMark* lowest_free = nullptr;
    ListMark* newest = &marks_.front();
    for (ListMark& mark : marks_) {
        if (!is_whole(mark.sequence.load(std::memory_order_relaxed))) return mark;
        const std::uint64_t position = mark.position.load(std::memory_order_relaxed);
        if (position <= cursor &&
            (lowest_free == nullptr || position < lowest_free->position.load(std::memory_order_relaxed)))
            lowest_free = &mark;
        if (position > newest->position.load(std::memory_order_relaxed)) newest = &mark;
    }
    return lowest_free != nullptr ? *lowest_free : *newest;
}

void ListMarks::leave(const MarkedPosition& left, std::uint64_t cursor) noexcept {
    ListMark& mark = choose(cursor);
    // The sequence is odd while the mark is being written. It rises even if a killed producer has left it
    // odd.
    const std::uint64_t sequence = (mark.sequence.load(std::memory_order_relaxed) + 1) | 1U;
    mark.sequence.store(sequence, std::memory_order_relaxed);
    mark.position.store(left.position, std::memory_order_release);
    store(mark.digest, left.digest);
    store(mark.chain, left.chain);
    // Commit: a kill before this store leaves the mark invalid, a kill after it leaves the mark valid.
    mark.sequence.store(sequence + 1, std::memory_order_release);
}

std::optional<MarkedPosition> ListMarks::last(std::uint64_t from, std::uint64_t to) const noexcept {
    std::optional<MarkedPosition> last;
    for (const ListMark& mark : marks_) {
        const std::uint64_t position = mark.position.load(std::memory_order_relaxed);
        if (position <= from || position > to || (last && position <= last->position)) continue;
        if (const auto found = read(mark); found && found->position > from && found->position <= to)
            last = found;
    }
    return last;
}

std::vector<MarkedPosition> ListMarks::up_to(std::uint64_t to) const {
    std::vector<MarkedPosition> found;
    for (const ListMark& mark : marks_) {
        if (const auto known = read(mark); known && known->position <= to) found.push_back(*known);
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.position < b.position; });
    return found;
}

}  // namespace pipeline
