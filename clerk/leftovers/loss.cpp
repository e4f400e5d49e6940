// SPDX-License-Identifier: Apache-2.0
#include "clerk/leftovers/loss.hpp"

#include <fmt/format.h>

#include <iterator>
#include <optional>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/core/settle.hpp"
#include "common/shm/damaged_memory.hpp"
#include "common/spec/source_spec.hpp"

namespace pipeline {
namespace {

// Adds the ids in the order in which the source gave them, roughly: those in the storage are ahead.
void add_ids(const RingView& ring, const StorageView& storage, std::uint64_t head,
             const std::optional<LastSave>& last, std::size_t most, std::vector<std::string>& ids) {
    for (auto i = storage.durable(); i < storage.tail() && ids.size() < most; ++i)
        ids.push_back(printable(storage.id(i)));
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandView hand = ring.hand(place);
        const HandWord word = settled_hand(hand.word(), place, last);
        for (auto i = word.done; i < word.count && ids.size() < most; ++i)
            ids.push_back(printable(hand.id(i)));
    }
    for (auto i = head; i < ring.tail() && ids.size() < most; ++i)
        ids.push_back(printable(ring.slot(i).id_in(ring.bytes())));
}

// Says how the next start of the source treats these invoices.
std::string what_the_source_does(const Loss& loss) {
    const std::string source = printable(loss.source);
    const SourceTraits* traits = source_traits_of(loss.source);
    const std::uint64_t all = loss.all();
    const auto them = verb(all, "it", "them");
    if (traits == nullptr || !traits->can_repeat) {
        std::string text =
            fmt::format("{} {} nothing twice: {} lost", source, traits == nullptr ? "may give" : "gives",
                        verb(all, "it is", "they are"));
        for (std::size_t i = 0; i < loss.first_ids.size(); ++i)
            text += fmt::format("{}{}", i == 0 ? ": " : ", ", loss.first_ids[i]);
        return text + (loss.first_ids.size() < all ? " ..." : "");
    }
    switch (traits->input) {
        case SourceTraits::Input::Folder:
            return fmt::format("{} still in the spool: the next start of {} takes {} from there",
                               verb(all, "its file is", "their files are"), source, them);
        case SourceTraits::Input::List:
            return fmt::format("the next start of {} reads {} again", source, them);
        case SourceTraits::Input::Program:
        case SourceTraits::Input::Queue:
        case SourceTraits::Input::None:
        case SourceTraits::Input::StandardInput:
            break;
    }
    return fmt::format("the next start of {} gives {} again", source, them);
}

}  // namespace

Loss loss_of(const SegmentsView& segments, std::size_t most_ids) {
    segments.check_contents();
    const RingView ring = segments.ring();
    const StorageView storage = segments.storage();
    const auto last = storage.last_save(storage.tail());
    const auto word_of = [&](std::size_t place) { return ring.hand(place).word(); };
    const std::uint64_t head = settled_head(ring.head(), word_of);
    Loss loss{segments.source(), segments.ledger()};
    loss.in_ring = ring.tail() - head;
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandWord hand = settled_hand(word_of(place), place, last);
        loss.in_hands += hand.count - hand.done;
    }
    loss.in_storage = storage.tail() - storage.durable();
    try {
        add_ids(ring, storage, head, last, most_ids, loss.first_ids);
    } catch (const DamagedMemory&) {
        // An id lies outside its area: name those that were found.
    }
    return loss;
}

std::string loss_text(const std::string& path, const Loss& loss) {
    if (loss.all() == 0) {
        return fmt::format("{}.* hold no invoice that is not in the ledger {}: nothing is lost\n", path,
                           printable(loss.ledger));
    }
    std::string text = fmt::format(
        "{}.* hold {} of {} that {} not in the ledger {}:\n"
        "  {} in the ring, {} in the hands of consumers, {} processed and not stored\n"
        "  {}\n",
        path, counted(loss.all(), "invoice"), printable(loss.source), verb(loss.all(), "is", "are"),
        printable(loss.ledger), loss.in_ring, loss.in_hands, loss.in_storage, what_the_source_does(loss));
    if (loss.in_storage != 0) {
        fmt::format_to(std::back_inserter(text), "  {} of {} {} lost\n",
                       verb(loss.in_storage, "the result", "the results"), loss.in_storage,
                       verb(loss.in_storage, "is", "are"));
    }
    return text;
}

}  // namespace pipeline
