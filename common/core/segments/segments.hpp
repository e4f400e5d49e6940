// SPDX-License-Identifier: Apache-2.0
// The two segments of one pipeline, attached. A random generation number ties them together, and the ring's
// file carries the generation lock (flock(2)): every attached process of the pipeline holds it shared, so a
// process that gets it exclusively knows that no other process is attached.
//
// The storage gets its name before the ring and loses it after the ring: a ring without a storage of its
// generation never exists, and a storage without a ring comes from an interrupted start or end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/digest.hpp"
#include "common/core/segments/segments_view.hpp"
#include "common/os/lineage.hpp"

namespace pipeline {

// The parameters of a new pair of segments.
struct SegmentsPlan {
    Capacity ring_capacity = 0;
    Capacity storage_capacity = 0;
    std::string source;                    // the source's name in the ledger
    std::string ledger;                    // the ledger's text
    std::uint64_t start_position = 0;      // the ledger's cursor for this source
    bool ordered = false;                  // whether the source's positions rise
    std::uint64_t ledger_id = 0;           // Ledger::id()
    FileIdentity source_file{};            // as RingArea::source_file
    std::optional<Digest> start_digest{};  // for a list: digest of the bytes before start_position, if known
    bool from_start = false;               // restart the source, whatever cursor the ledger has for it
};

class Segments : public SegmentsView {
  public:
    explicit Segments(SegmentPair pair) noexcept;

    // Creates both segments, gives them their names, and holds the generation lock shared. Throws Failure
    // CannotCreate.
    [[nodiscard]] static Segments create(const std::string& name, const SegmentsPlan& plan);

    // Opens existing segments as SegmentsView::open() does, but for reading and writing.
    [[nodiscard]] static std::optional<Segments> open(const std::string& name);

    // Attaches a child to its supervisor's segments, and holds the generation lock shared. Throws Failure
    // Configuration if the segments are gone. Throws Failure NotDrained if the supervisor is dead: another
    // supervisor, with children of its own, may then have made or adopted the segments of that name.
    // Otherwise throws as open() does.
    [[nodiscard]] static Segments attach(const std::string& name, Lineage lineage);

    // Removes a storage whose ring is missing, if all its records are durable. Throws Failure: Configuration
    // if some records are not durable, CannotCreate if a supervisor is just making a ring for the storage.
    static void remove_storage_without_ring(const std::string& name);

    [[nodiscard]] Ring ring() const noexcept;
    [[nodiscard]] Storage storage() const noexcept;
    [[nodiscard]] MetricsArea& metrics() const noexcept;
    // Returns the size of the ring's segment.
    [[nodiscard]] static std::size_t ring_size(Capacity capacity) noexcept;

    // Clears the ids of the earlier processes, because their pids may be of another pid namespace, and stores
    // this process's own namespace. A supervisor that adopts the segments calls it while no other process has
    // them.
    void take_over() const noexcept;

    // Stores the ledger's id. A supervisor that converts segments of an older layout calls it before the new
    // segments get their names.
    void set_ledger_id(std::uint64_t id) noexcept;
    // Stores the identity of the source's file or folder. A supervisor that adopts the segments calls it
    // before it starts children.
    void set_source_file(const FileIdentity& file) noexcept;

    // Take the generation lock. Neither function waits; both return false if another process holds the lock.
    [[nodiscard]] bool lock_shared() noexcept;
    [[nodiscard]] bool lock_exclusively() noexcept;

    // Gives converted segments (old_segments.hpp) the names of the old ones: the ring's first, then the
    // storage's. Skips a segment that has its name already. Throws Failure CannotCreate.
    void replace();

    // Removes both names. The caller must hold the generation lock exclusively, or have made the segments.
    void unlink() const noexcept;

    // Marks the segments as damaged; `what` names the damage. All processes of the pipeline then stop, and no
    // supervisor adopts these segments. Any process that has found damage may call it.
    void mark_damaged(const std::string& what) const noexcept;
    // Marks the segments as damaged, and throws a Failure Internal whose message names the segments and
    // `damage`.
    [[noreturn]] void refuse_damaged(const DamagedMemory& damage) const;

    // Call it in a child that leaves. Removes both names if no other process of the generation is left, all
    // acquired items are durable, and no damage is found.
    void leave();
};

}  // namespace pipeline
