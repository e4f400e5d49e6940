// SPDX-License-Identifier: Apache-2.0
// Ours: the pipeline's own ring, with its robust locks, hands and commit words, between processes; without
// supervisor, storage and ledger. A consumer looks at the items in its hand, where a claim has put them.
#include "common/core/ring.hpp"
#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

// No item has bytes, so the byte area is as small as it can be.
constexpr Capacity kCapacity(kQueueItems, kByteUnit);

template <class>
class RingTransport {
  public:
    explicit RingTransport(const Settings&)
        : area_(*static_cast<RingArea*>(shared_bytes(Ring::size(kCapacity)))),
          ring_((initialise(area_), area_)) {}

    void enter_producer() { populate(&area_, Ring::size(kCapacity)); }
    void enter_consumer(unsigned number) {
        populate(&area_, Ring::size(kCapacity));
        place_ = number;
    }
    void started() {}
    void leave() {}

    void send(std::span<const Item> items) {
        while (true) {
            items = items.subspan(ring_.push(items).count);
            if (items.empty()) return;
            static_cast<void>(area_.producer.wait_for(kBound, [this] { return ring_.has_room(); }));
        }
    }

    void finish(unsigned) { ring_.close(); }

    std::span<const Item> receive(std::size_t most) {
        const Hand hand = ring_.hand(place_);
        // What was claimed before is done with: a save would say so.
        HandWord word = hand.word();
        word.done = word.count;
        hand.set_word(word);
        while (true) {
            switch (ring_.claim(hand, most, kBound)) {
                case Ring::ClaimOutcome::Claimed:
                    return {&hand.item(0), hand.word().count};
                case Ring::ClaimOutcome::Empty:
                case Ring::ClaimOutcome::Called:
                    break;
                case Ring::ClaimOutcome::Closed:
                    return {};
            }
        }
    }

  private:
    static constexpr std::chrono::milliseconds kBound{500};
    static void initialise(RingArea& area) { Ring::initialise(area, kCapacity); }

    RingArea& area_;
    Ring ring_;
    std::size_t place_ = 0;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    using namespace pipeline;
    // The ring's items are one size for all ids; what is copied of them depends on the id, as in the
    // pipeline.
    const bench::Settings settings = bench::parse_settings(argc, argv);
    return bench::Measurement<bench::RingTransport<Item>, Item>(settings).run();
}
