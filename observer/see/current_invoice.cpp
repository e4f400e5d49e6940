// SPDX-License-Identifier: Apache-2.0
#include "observer/see/current_invoice.hpp"

#include <atomic>

#include "common/shm/loaded.hpp"

namespace pipeline {
namespace {

// Reads before this are consistent if their words are unchanged after it.
void order_reads() noexcept {
    std::atomic_thread_fence(std::memory_order_acquire);
}

std::string id_of(Item& item) {
    const std::size_t length = bounded_id_length(loaded_plain(item.id_length));
    std::string id(length, '\0');
    for (std::size_t i = 0; i < length; ++i) id[i] = loaded_plain(item.id[i]);
    return id;
}

}  // namespace

std::optional<CurrentInvoice> current_invoice(const Hand& hand) {
    const HandArea& area = hand.area();
    const std::uint64_t work = area.work.load(std::memory_order_acquire);
    const HandWord word = hand.word();
    const auto seen = WorkWord::unpack(work);
    if (!seen.is_active || seen.index < word.first || seen.index - word.first >= kMaxBatch)
        return std::nullopt;
    CurrentInvoice invoice;
    invoice.id = id_of(hand.item(seen.index - word.first));
    invoice.attempt = seen.attempt;
    invoice.since_ns = area.since_ns.load(std::memory_order_relaxed);
    order_reads();
    const bool is_same = area.work.load(std::memory_order_relaxed) == work && hand.word().first == word.first;
    if (!is_same || invoice.since_ns == 0 || invoice.id.empty()) return std::nullopt;
    return invoice;
}

std::optional<std::uint64_t> oldest_in_hand_ns(const Hand& hand) {
    const HandWord word = hand.word();
    if (word.empty() || word.done >= kMaxBatch) return std::nullopt;
    const std::uint64_t acquired = loaded_plain(hand.item(word.done).acquired_ns);
    order_reads();
    return hand.word().first == word.first ? std::optional(acquired) : std::nullopt;
}

}  // namespace pipeline
