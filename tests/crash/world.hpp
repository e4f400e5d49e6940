// SPDX-License-Identifier: Apache-2.0
// A whole pipeline in a few kilobytes of memory that forked processes share: a ring and a storage of four
// places each, and a ledger of 64 numbers whose transactions are one atomic store. Every role is a function
// that does one action and never waits, so that it can be stepped through, killed, and taken over.
//
// The source is a list of the numbers 1..kNumbers, a position each, whose producer leaves marks. Some have
// long ids, bodies and results, which lie in byte areas of 256 bytes. Three fail for now at first: they wait
// in the ledger with their bodies, and the producer takes them and gives them again, wherever the cursor is.
// Whatever is killed: when all roles have done their work again, each number is booked in the ledger, by
// exactly one record, with its own bytes, what waited has waited once, no bytes are left in use, and the
// ledger has been given no cursor without the digest of what lies before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/core/metrics.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/shm/histogram.hpp"

namespace pipeline::test {

struct WorldLedger;

class World {
  public:
    static constexpr std::uint32_t kCapacity = 4;
    static constexpr std::uint64_t kByteCapacity = 256;
    static constexpr std::uint64_t kNumbers = 18;
    static constexpr std::uint64_t kWaiting = 3;  // numbers that wait
    static constexpr std::uint64_t kItems = kNumbers + kWaiting;
    static constexpr std::size_t kPlaces = 3;
    static constexpr std::size_t kMarks = 3;  // of the ring's, so that they are all in use now and then

    // Maps the memory; the same for all processes that are forked afterwards.
    World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World();

    // Back to the beginning.
    void reset();

    [[nodiscard]] Ring ring() const;
    [[nodiscard]] Storage storage() const;

    // ---- the roles: each does what it can do now, once, as a process that has just been started ----

    // Takes a row that is due and gives it again; resumes the source, leaves a mark, pushes at most `most`
    // numbers; true if it pushed one.
    bool produce(std::size_t most);
    // Finishes the place's hand as a successor does (settle, take over, a permit for each item, save) or, if
    // there is nothing in it, claims at most `most` items; true if it did something.
    bool consume(std::size_t place, std::size_t most);
    // The place is told to leave, and its consumer does: finishes the hand, leads a flush of what is saved,
    // goes.
    void leave(std::size_t place);
    // Leads a flush; true if records became durable.
    bool flush();
    // Tells the source of durable records; true if there were any.
    bool release();
    // Closes the ring.
    void close();

    // Works until nothing is left to do, then says what is wrong with the outcome; empty: nothing.
    [[nodiscard]] std::string finish_and_verify();

    // Says which items would be missing if the segments were lost now and the source went on at the ledger's
    // cursor; empty: none.
    [[nodiscard]] std::string lost_with_segments() const;

    // ---- images ----

    // All shared words that a role may write, in pieces.
    [[nodiscard]] std::vector<std::span<std::byte>> windows() const;
    [[nodiscard]] std::vector<std::byte> image() const;
    void restore(const std::vector<std::byte>& image);
    // Marks the locks of an image's dead owner as the kernel does (futex(2): FUTEX_OWNER_DIED).
    void mark_owner_died(pid_t owner);
    // True if nothing outside the windows has changed since reset().
    [[nodiscard]] bool is_confined() const;

  private:
    static constexpr double kRate = 10;  // --rate
    static constexpr std::uint64_t kPeriod = 100'000'000;
    bool give_again();
    void take_permit() const;
    [[nodiscard]] WorldLedger& words() const;
    [[nodiscard]] const WorldLedger& ledger() const;
    [[nodiscard]] RingArea& ring_area() const;
    [[nodiscard]] StorageArea& storage_area() const;
    [[nodiscard]] std::vector<RobustMutex*> locks() const;

    std::byte* memory_;
    // Not shared: what depends on the clock would make each image another one.
    HistogramArea until_durable_{};
    LedgerMetrics ledger_metrics_{};
    std::vector<std::byte> pristine_;
};

}  // namespace pipeline::test
