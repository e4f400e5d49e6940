// SPDX-License-Identifier: Apache-2.0
// A read-only view of the two segments of one pipeline: every area is const. A random generation number ties
// the two together. Observers attach this way; the pipeline's own processes attach as Segments, which may
// also write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/core/layout.hpp"
#include "common/core/metrics.hpp"
#include "common/core/ring.hpp"
#include "common/core/segments/constants.hpp"
#include "common/core/storage.hpp"
#include "common/shm/segment.hpp"

namespace pipeline {

// A ring and a storage that belong together. Their capacities have been checked against the sizes of the
// segments.
struct SegmentPair {
    Segment ring;
    Capacity ring_capacity;
    Segment storage;
    Capacity storage_capacity;
};

class SegmentsView {
  public:
    // Attaches to existing segments, read-only, after checking magic, layout version, sizes and generation of
    // both. Does not lock them. `name` is the pipeline's name, or a path (segment_path.hpp). Returns none if
    // there is no ring. Throws Failure: Configuration if the storage is missing or a check fails,
    // CannotCreate if a segment cannot be opened.
    [[nodiscard]] static std::optional<SegmentsView> open(const std::string& name);

    [[nodiscard]] RingView ring() const noexcept;
    [[nodiscard]] StorageView storage() const noexcept;
    [[nodiscard]] const MetricsArea& metrics() const noexcept;
    // name() returns the name that the segments were opened or created with. path() returns the path that it
    // stands for: "/dev/shm/NAME" if the two files are /dev/shm/NAME.ring and /dev/shm/NAME.storage.
    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::string path() const;
    [[nodiscard]] std::string source() const;
    [[nodiscard]] std::string ledger() const;
    // Checks that the ring holds a proper text for the ledger, and returns that text as ledger() does. Meant
    // for an observer, which has not checked the contents. Throws Failure Configuration if the check fails.
    [[nodiscard]] std::string checked_ledger() const;
    // Throws a Failure Configuration that names the ring's segment; `what` says what is wrong with it.
    [[noreturn]] void refuse_ring(const std::string& what) const;

    // Returns the number of acquired items that are not yet durable; a drain ends at 0.
    [[nodiscard]] std::uint64_t in_flight() const noexcept;

    // Checks all contents. If something is wrong, throws a Failure Configuration that names the segment and
    // says what is wrong (damage.hpp). Call it while no other process has the segments.
    void check_contents() const;

    // damage() and disorder() return one sentence that names the segment and says what is wrong with it; none
    // if they find nothing. Both compare the constant words (constants.hpp) with those that this process
    // found when it opened the segments. Then damage() makes all checks of find_damage(): call it while no
    // other process has the segments. disorder() makes only the cheap checks of find_disorder(), and may be
    // called at any time.
    [[nodiscard]] std::optional<std::string> damage() const;
    [[nodiscard]] std::optional<std::string> disorder() const;

    // True if any process has the segments open for writing, as all processes of a generation have. Takes no
    // lock, because a child that leaves would mistake the lock for another process of the generation. This
    // process must have opened the segments read-only. Returns none if the system does not tell
    // (segment.hpp).
    [[nodiscard]] std::optional<bool> are_in_use() const noexcept { return ring_segment_.is_written(); }
    // True if the ring's name still refers to these segments.
    [[nodiscard]] bool are_current() const noexcept { return ring_segment_.has_its_name(); }

  protected:
    [[nodiscard]] const Segment& segment_of(const Damage& damage) const noexcept;
    [[nodiscard]] std::optional<std::string> text_of(const std::optional<Damage>& damage) const;
    [[nodiscard]] Constants constants() const noexcept;
    explicit SegmentsView(SegmentPair pair) noexcept;
    // Opens and checks both segments as open() does, with the given access.
    [[nodiscard]] static std::optional<SegmentPair> open_pair(const std::string& name,
                                                              Segment::Access access);

    Segment ring_segment_;
    Segment storage_segment_;
    Capacity ring_capacity_;
    Capacity storage_capacity_;
    Constants constants_;
};

}  // namespace pipeline
