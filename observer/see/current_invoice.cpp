// SPDX-License-Identifier: Apache-2.0
#include "observer/see/current_invoice.hpp"

#include "common/shm/loaded.hpp"

namespace pipeline {
namespace {

std::string id_of(const Item& item) {
    IdBytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = loaded_plain(item.id[i]);
    return beginning_of(loaded_plain(item.id_length), bytes);
}

}  // namespace

std::optional<CurrentInvoice> current_invoice(const HandView& hand) {
    const HandArea& area = hand.area();
    const std::uint64_t work = loaded(area.work);
    const HandWord word = hand.word();
    const auto seen = WorkWord::unpack(work);
    if (!seen.is_active || seen.index < word.first || seen.index - word.first >= kMaxBatch)
        return std::nullopt;
    CurrentInvoice invoice;
    invoice.id = id_of(hand.item(seen.index - word.first));
    invoice.attempt = seen.is_shared() ? hand.deaths(seen.index - word.first) + 1U : seen.attempt;
    invoice.since_ns = loaded(area.since_ns);
    // If the work word and the hand's word are unchanged, everything read in between belongs to one invoice.
    const bool is_same = loaded(area.work) == work && hand.word().first == word.first;
    if (!is_same || invoice.since_ns == 0 || invoice.id.empty()) return std::nullopt;
    return invoice;
}

std::optional<std::uint64_t> oldest_in_hand_ns(const HandView& hand) {
    const HandWord word = hand.word();
    if (word.empty() || word.done >= kMaxBatch) return std::nullopt;
    const std::uint64_t acquired = loaded_plain(hand.item(word.done).acquired_ns);
    return hand.word().first == word.first ? std::optional(acquired) : std::nullopt;
}

}  // namespace pipeline
