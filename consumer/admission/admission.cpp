// SPDX-License-Identifier: Apache-2.0
#include "consumer/admission/admission.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/base/log.hpp"
#include "common/core/bytes/byte_span.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kAskAgain{100};

// A hash of what an item or a record tells of its id without its byte area, which others may overwrite.
std::uint64_t label_hash(std::uint8_t id_length, const IdBytes& id) {
    if (!is_spanned(id_length)) return hash_of({id.data(), inline_length(id_length)});
    return hash_of(label_in(id_length, id));
}

std::string label_of_item(const Item& item) {
    return label_in(item.id_length, item.id);
}

}  // namespace

Batch::Admitted Admission::ask(std::uint64_t i) {
    if (!ledger_->remembers()) return Batch::Admitted::Begin;
    if (Clock::now() < ask_at_) return Batch::Admitted::Later;
    try {
        if (!is_asked_ && !ask_all()) return Batch::Admitted::Later;
        if (in_flight_[i]) {
            if (is_in_flight(i)) return Batch::Admitted::Later;
            in_flight_.reset(i);
            booked_[i] = is_booked(i);
        }
    } catch (const LedgerUnavailable& unavailable) {
        put_off(unavailable.what());
        return Batch::Admitted::Later;
    }
    if (std::exchange(is_failing_, false))
        log(LogLevel::Notice, "the ledger can be asked again what is booked");
    return booked_[i] ? Batch::Admitted::IsBooked : Batch::Admitted::Begin;
}

bool Admission::ask_all() {
    const HandWord word = hand_.word();
    std::array<std::string_view, kMaxBatch> ids;
    const std::size_t count = word.count - word.done;
    for (std::size_t i = 0; i < count; ++i) ids[i] = hand_.id(word.done + i);
    std::array<bool, kMaxBatch> booked{};
    // Look for ids in flight first: what becomes durable in between is then in the answer.
    in_flight_.reset();
    find_in_flight();
    find({ids.data(), count}, word.done, booked);
    booked_.reset();
    for (std::size_t i = 0; i < count; ++i) booked_[word.done + i] = booked[i];
    return is_asked_ = true;
}

bool Admission::is_booked(std::uint64_t i) {
    const std::string_view id = hand_.id(i);
    std::array<bool, 1> booked{};
    find({&id, 1}, i, booked);
    return booked[0];
}

// An item that is given again from the ledger has the position of its row, which is not booked.
std::uint64_t Admission::position_of(std::uint64_t i) const {
    const Item& item = hand_.item(i);
    return item.is_given_again() ? LedgerLookup::kNoPosition : item.position.load(std::memory_order_relaxed);
}

// Asks for the ids of items of the hand, from item `first` on.
void Admission::find(std::span<const std::string_view> ids, std::uint64_t first, std::span<bool> booked) {
    if (!by_position_) return ledger_->find_booked(ids, booked);
    std::array<std::uint64_t, kMaxBatch> positions{};
    for (std::size_t i = 0; i < ids.size(); ++i) positions[i] = position_of(first + i);
    ledger_->find_known(ids, {positions.data(), ids.size()}, booked);
}

// Marks the items whose id an earlier item has that is not durable. Items are claimed in the order of their
// ring indices and only move forward, from a hand into storage, so each earlier one is seen at least once.
void Admission::find_in_flight() {
    const HandWord word = hand_.word();
    by_hash_.clear();
    for (std::uint64_t i = word.done; i < word.count; ++i)
        by_hash_.emplace_back(label_hash(hand_.item(i).id_length, hand_.item(i).id), i);
    std::sort(by_hash_.begin(), by_hash_.end());
    for (std::size_t k = 1; k < by_hash_.size(); ++k) {
        const auto [hash, i] = by_hash_[k];
        const auto [earlier_hash, earlier] = by_hash_[k - 1];
        if (hash == earlier_hash && label_of_item(hand_.item(i)) == label_of_item(hand_.item(earlier)))
            in_flight_.set(i);
    }
    look_into_hands(word.first);
    if (may_be_in_storage()) look_into_storage();
}

template <class Same>
void Admission::mark(std::uint64_t hash, std::uint64_t before, Same&& same) {
    const std::uint64_t first = hand_.word().first;
    auto at = std::lower_bound(by_hash_.begin(), by_hash_.end(), std::pair{hash, std::uint64_t{0}});
    for (; at != by_hash_.end() && at->first == hash; ++at) {
        if (first + at->second > before && same(label_of_item(hand_.item(at->second))))
            in_flight_.set(at->second);
    }
}

void Admission::look_into_hands(std::uint64_t first) {
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        if (place == hand_.place()) continue;
        const Hand other = ring_.hand(place);
        const HandWord word = other.word();
        if (word.empty() || word.first + word.done > first + kMaxBatch) continue;
        for (std::uint64_t i = word.done; i < std::min<std::uint64_t>(word.count, kMaxBatch); ++i) {
            const Item& item = other.item(i);  // its consumer may be overwriting it: then the labels differ
            mark(label_hash(item.id_length, item.id), word.first + i,
                 [&](const std::string& label) { return label == label_of_item(item); });
        }
    }
}

// False if no record that is not durable has the id of an item of the hand.
bool Admission::may_be_in_storage() {
    if (const std::uint64_t durable = storage_.durable(); durable != filtered_from_) {
        filter_.reset();
        filtered_from_ = filtered_to_ = durable;
    }
    for (const std::uint64_t tail = storage_.tail(); filtered_to_ < tail; ++filtered_to_) {
        const Record& record = storage_.record(filtered_to_);
        filter_.set(label_hash(record.id_length, record.id) % filter_.size());
    }
    return std::any_of(by_hash_.begin(), by_hash_.end(),
                       [this](const auto& item) { return filter_[item.first % filter_.size()]; });
}

void Admission::look_into_storage() {
    const std::uint64_t tail = storage_.tail();
    for (std::uint64_t index = storage_.durable(); index < tail; ++index) {
        const Record& record = storage_.record(index);
        mark(label_hash(record.id_length, record.id), record.ring_index,
             [&](const std::string& label) { return label == label_in(record.id_length, record.id); });
    }
}

bool Admission::is_in_flight(std::uint64_t i) {
    const auto before = in_flight_;
    in_flight_.reset();
    find_in_flight();
    const bool is_still = in_flight_[i];
    in_flight_ = before;
    if (is_still) ask_at_ = Clock::now() + std::chrono::milliseconds(2);
    return is_still;
}

void Admission::put_off(const std::string& why) {
    ask_at_ = Clock::now() + kAskAgain;
    if (std::exchange(is_failing_, true)) return;
    log(LogLevel::Warning, "{}; no program is run until it is known what is booked", why);
}

}  // namespace pipeline
