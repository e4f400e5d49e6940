// SPDX-License-Identifier: Apache-2.0
// Ours: the pipeline's own ring with its byte area of the usual size. An item has an id beside its body. The
// producer's source has both in its memory; the push copies them into the byte area, and the consumer reads
// the body there, in place. What it has read it marks as saved, as the pipeline does, so that the bytes are
// free.
//
// body_ring_made is the same with a copy more: the producer makes each item anew with set_id_and_body(), as
// from a body that lies somewhere else.
#include "common/core/ring.hpp"
#include "bench/body/run.hpp"
#include "bench/harness/workload.hpp"

namespace pipeline::bench {
namespace {

constexpr Capacity kBodyCapacity(kQueueItems, kBacklogBytes);

class BodyRing {
  public:
    explicit BodyRing(const Settings& settings)
        : area_(*static_cast<RingArea*>(shared_bytes(Ring::size(kBodyCapacity)))),
          ring_((initialise(area_), area_)),
          hand_(ring_.hand(0)),
          makes_anew_(settings.peer == "body_ring_made"),
          batch_(settings.batch),
          items_(settings.batch) {}

    void enter_producer() { populate(&area_, Ring::size(kBodyCapacity)); }
    void enter_consumer() { populate(&area_, Ring::size(kBodyCapacity)); }
    void started() {}

    void send(std::span<const Message> messages) {
        const std::string_view bytes = makes_anew_ ? make_anew(messages) : make_in_place(messages);
        for (std::span<const Item> left = items_; true;) {
            left = left.subspan(ring_.push(left, bytes).count);
            if (left.empty()) return;
            static_cast<void>(area_.producer.wait_for(kBound, [this] { return ring_.has_room_again(); }));
        }
    }

    void finish() { ring_.close(); }

    std::string_view receive() {
        while (next_ == hand_.word().count || hand_.empty()) {
            save();
            next_ = 0;
            if (ring_.claim(hand_, batch_, kBound) == Ring::ClaimOutcome::Closed) return {};
        }
        const std::string_view id = hand_.id(next_);
        const std::uint64_t stamp = id_stamp(++received_);
        if (id.size() != kBodyIdBytes || std::memcmp(id.data(), &stamp, sizeof stamp) != 0) ::_exit(1);
        return hand_.body(next_++);
    }

  private:
    static constexpr std::chrono::milliseconds kBound{500};
    static void initialise(RingArea& area) { Ring::initialise(area, kBodyCapacity); }

    // The consumer is done with its last claim.
    void save() {
        HandWord word = hand_.word();
        if (word.empty()) return;
        word.done = word.count;
        hand_.set_word(word);
        area_.producer.notify();
    }

    // Gives the items spans of the messages, which hold id and body together.
    std::string_view make_in_place(std::span<const Message> messages) {
        char* const begin = messages.front().body - kBodyIdBytes;
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const Message& message = messages[i];
            char* const id = message.body - kBodyIdBytes;
            const std::uint64_t stamp = id_stamp(message.number);
            std::memcpy(id, &stamp, sizeof stamp);
            note_source(items_[i], message);
            items_[i].set_length(kSpanned);
            ByteSpan::make(static_cast<std::uint64_t>(id - begin), {id, kBodyIdBytes}, Extra::Body,
                           message.bytes)
                .store(items_[i].id);
        }
        const Message& last = messages.back();
        return {begin, static_cast<std::size_t>(last.body + last.bytes - begin)};
    }

    std::string_view make_anew(std::span<const Message> messages) {
        made_.clear();
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const std::uint64_t stamp = id_stamp(messages[i].number);
            std::memcpy(id_.data(), &stamp, sizeof stamp);
            note_source(items_[i], messages[i]);
            items_[i].set_id_and_body(id_, messages[i].text(), messages[i].bytes, made_);
        }
        return made_;
    }

    static void note_source(Item& item, const Message& message) noexcept {
        item.position.store(message.number, std::memory_order_relaxed);
        item.extent.store(1, std::memory_order_relaxed);
    }

    RingArea& area_;
    Ring ring_;
    Hand hand_;
    bool makes_anew_;
    std::size_t batch_;
    std::vector<Item> items_;
    std::string id_ = std::string(kBodyIdBytes, '-');
    std::string made_;
    std::uint64_t next_ = 0;  // in the hand
    std::uint64_t received_ = 0;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    return pipeline::bench::run_body_peer<pipeline::bench::BodyRing>(argc, argv);
}
