// SPDX-License-Identifier: Apache-2.0
// The two segments of one pipeline, attached. They belong together by a random generation number, and
// the ring's open file carries the generation lock: every process that has them attached holds it
// shared (flock(2)), so that whoever gets it exclusively knows that no other process is left.
//
// The storage gets its name before the ring and loses it after the ring: a ring without a storage of its
// generation never exists, and a storage without a ring is a start or an end that was cut short.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/digest.hpp"
#include "common/core/layout.hpp"
#include "common/core/metrics.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/os/lineage.hpp"
#include "common/shm/segment.hpp"

namespace pipeline {

// What a new pair of segments is made for.
struct SegmentsPlan {
    std::uint32_t ring_capacity = 0;       // slots
    std::uint32_t storage_capacity = 0;    // records
    std::string source;                    // the source's name in the ledger
    std::string ledger;                    // the ledger's text
    std::uint64_t start_position = 0;      // the ledger's cursor of that source
    bool ordered = false;                  // whether the source's positions rise
    std::uint64_t ledger_id = 0;           // Ledger::id()
    FileIdentity source_file{};            // as RingArea::source_file
    std::optional<Digest> start_digest{};  // of a list: of all before the start position, if that is known
    bool from_start = false;               // the source begins anew, whatever cursor the ledger has of it
};

class Segments {
  public:
    // Of two that belong together and have been checked, with their capacities.
    Segments(Segment ring, std::uint32_t ring_capacity, Segment storage,
             std::uint32_t storage_capacity) noexcept;

    // Makes both and gives them their names; holds the generation lock shared. Throws Failure CannotCreate.
    [[nodiscard]] static Segments create(const std::string& name, const SegmentsPlan& plan);

    // Attaches to existing ones, after checking magic, layout version, sizes and generation of both; does
    // not lock. None if there is no ring. Throws Failure: Configuration if what is there is not a pair of
    // ours, CannotCreate if it cannot be opened. A read-only attachment is for looking only.
    [[nodiscard]] static std::optional<Segments> open(const std::string& name,
                                                      Segment::Access access = Segment::Access::ReadWrite);

    // For a child: attaches to those that its supervisor made, and holds the generation lock shared. Throws
    // Failure: Configuration if they are gone, NotDrained if the supervisor is dead: another one may have
    // made or adopted what has the name now, and has children of its own; else as open().
    [[nodiscard]] static Segments attach(const std::string& name, Lineage lineage);

    // Deals with a storage whose ring is missing: removes it if all that is in it is durable, otherwise
    // throws Failure Configuration; CannotCreate if a supervisor is just making a ring for it.
    static void remove_storage_without_ring(const std::string& name);

    [[nodiscard]] Ring ring() const noexcept;
    [[nodiscard]] Storage storage() const noexcept;
    [[nodiscard]] MetricsArea& metrics() const noexcept;
    // Bytes of the ring's segment.
    [[nodiscard]] static std::size_t ring_bytes(std::uint32_t capacity_slots) noexcept;
    [[nodiscard]] std::string source() const;
    [[nodiscard]] std::string ledger() const;
    // The same for a program that only looks, and has not checked the contents. Throws Failure Configuration
    // if the segment does not hold the text of any ledger.
    [[nodiscard]] std::string checked_ledger() const;
    // Throws Failure Configuration, which names the ring's segment and says what is wrong with it.
    [[noreturn]] void refuse_ring(const std::string& what) const;

    // Items that are acquired and not yet durable; 0 is what a drain works towards.
    [[nodiscard]] std::uint64_t in_flight() const noexcept;

    // While no other process has the segments. Throws Failure Configuration that names the segment and what
    // is wrong with it (damage.hpp).
    void check_contents() const;

    // For the supervisor that adopts them, while no other process has them: forgets which processes the
    // earlier ones were, whose pids may be of another pid namespace than this process's.
    void take_over() const noexcept;

    // Whether any process has them open for writing, as all of a generation have: told without a lock, which
    // a child that leaves would take for another process's. This process must have them read-only. None: the
    // system does not say (segment.hpp).
    [[nodiscard]] std::optional<bool> are_in_use() const noexcept { return ring_segment_.is_written(); }

    // The generation lock. None of them waits; false: another process has it.
    [[nodiscard]] bool lock_shared() noexcept;
    [[nodiscard]] bool lock_exclusively() noexcept;
    // True if the ring's name still means these segments.
    [[nodiscard]] bool are_current() const noexcept { return ring_segment_.has_its_name(); }

    // Gives segments that were made of others (old_segments.hpp) the names of these: the ring, then the
    // storage. One that has its name already is left as it is. Throws Failure CannotCreate.
    void replace();

    // Removes both names. For whoever holds the generation lock exclusively, or made the segments.
    void unlink() const noexcept;

    // For a child that leaves: if it is the last process of the generation and all is durable, unlinks.
    void leave() noexcept;

  private:
    Segment ring_segment_;
    Segment storage_segment_;
    // As they were when they were checked against the sizes of the mappings.
    std::uint32_t ring_capacity_;
    std::uint32_t storage_capacity_;
};

}  // namespace pipeline
