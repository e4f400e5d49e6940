// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/segments.hpp"

#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <random>
#include <utility>

#include "common/base/error.hpp"
#include "common/core/list_marks.hpp"
#include "common/core/segments/damage.hpp"
#include "common/core/segments/old_segments.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/os/process_id.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

void write_text(std::array<char, kMaxSpecBytes>& to, const std::string& text) {
    if (text.size() >= to.size()) {
        throw Failure(ExitStatus::Usage,
                      fmt::format("'{}' is too long: at most {} bytes", text, to.size() - 1));
    }
    std::copy(text.begin(), text.end(), to.begin());
}

RingArea& ring_area(const Segment& segment) {
    return *static_cast<RingArea*>(segment.address());
}
StorageArea& storage_area(const Segment& segment) {
    return *static_cast<StorageArea*>(segment.address());
}

// Returns the number of results in `storage` that are not in the ledger. Call it for a storage that has lost
// its ring.
std::uint64_t waiting_in(const Segment& storage) {
    static_cast<void>(check_header(storage, kStorageShape));
    const StorageIndices indices = StorageIndices::of(storage_area(storage));
    if (const auto damage = find_damage(indices)) refuse(storage, "is damaged: " + damage->what);
    return indices.tail - indices.durable;
}

}  // namespace

Segments::Segments(SegmentPair pair) noexcept : SegmentsView(std::move(pair)) {}

Segments Segments::create(const std::string& name, const SegmentsPlan& plan) {
    std::random_device random;
    const std::uint64_t generation = (std::uint64_t{random()} << 32U) | random();

    Segment storage = Segment::create(storage_name(name), Storage::size(plan.storage_capacity));
    Storage::initialise(storage_area(storage), plan.storage_capacity);
    finish_header(storage_area(storage).header, kStorageShape, generation);

    Segment ring = Segment::create(ring_name(name), ring_size(plan.ring_capacity));
    RingArea& area = ring_area(ring);
    Ring::initialise(area, plan.ring_capacity);
    area.start_position = plan.start_position;
    area.ordered = plan.ordered ? 1 : 0;
    area.ledger_id = plan.ledger_id;
    area.pid_namespace.store(own_pid_namespace(), std::memory_order_relaxed);
    area.source_file = plan.source_file;
    area.from_start = plan.from_start ? 1 : 0;
    if (plan.start_digest) ListMarks(area.list_marks).leave({plan.start_position, *plan.start_digest, {}}, 0);
    write_text(area.source, plan.source);
    write_text(area.ledger, plan.ledger);
    finish_header(area.header, kRingShape, generation);

    Segments segments({std::move(ring), plan.ring_capacity, std::move(storage), plan.storage_capacity});
    // Segment::create() has locked both segments, so no process takes them for leftovers once they have
    // names.
    segments.storage_segment_.publish();
    try {
        segments.ring_segment_.publish();
    } catch (const Failure&) {
        Segment::remove(storage_name(name));
        throw;
    }
    return segments;
}

std::optional<Segments> Segments::open(const std::string& name) {
    std::optional<SegmentPair> pair = open_pair(name, Segment::Access::ReadWrite);
    return pair ? std::optional(Segments(std::move(*pair))) : std::nullopt;
}

Segments Segments::attach(const std::string& name, Lineage lineage) {
    std::optional<Segments> segments = open(name);
    if (!segments || !segments->lock_shared()) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("segment {} is not there: start the supervisor; if it is running, "
                                  "somebody has removed its segments (logging out does, with systemd's "
                                  "RemoveIPC=yes)",
                                  segment_path(ring_name(name))));
    }
    // Check this only after lock_shared(): if the supervisor that started this process is alive then, no
    // other supervisor has taken over the segments, and none will before this process ends.
    if (lineage.is_orphan()) {
        segments->leave();
        throw Failure(ExitStatus::NotDrained,
                      fmt::format("segment {} is not attached to: the supervisor that started this "
                                  "program has died, and the next one starts others",
                                  segment_path(ring_name(name))));
    }
    return std::move(*segments);
}

void Segments::remove_storage_without_ring(const std::string& name) {
    const auto storage = Segment::open(storage_name(name), Segment::Access::ReadWrite);
    if (!storage) return;
    const auto waiting_in_old = waiting_in_old_storage(*storage);
    const std::uint64_t waiting = waiting_in_old ? *waiting_in_old : waiting_in(*storage);
    if (waiting != 0) {
        refuse(*storage, fmt::format("holds {} results that are not in the ledger, and has lost its ring, {}",
                                     waiting, segment_path(ring_name(name))));
    }
    Segment::remove_abandoned(storage_name(name));
}

Ring Segments::ring() const noexcept {
    return {ring_area(ring_segment_), ring_capacity_};
}
Storage Segments::storage() const noexcept {
    return {storage_area(storage_segment_), storage_capacity_, ring()};
}
std::size_t Segments::ring_size(Capacity capacity) noexcept {
    return Ring::size(capacity) + sizeof(MetricsArea);
}
MetricsArea& Segments::metrics() const noexcept {
    return *reinterpret_cast<MetricsArea*>(static_cast<std::byte*>(ring_segment_.address()) +
                                           Ring::size(ring_capacity_));
}
// Clears all process ids first and stores the namespace last, so that no process id is ever read with the
// wrong namespace.
void Segments::take_over() const noexcept {
    RingArea& area = ring_area(ring_segment_);
    for (HandArea& hand : area.hands) hand.process.store(0, std::memory_order_relaxed);
    area.producer_process.store(0, std::memory_order_relaxed);
    metrics().supervisor.process.store(0, std::memory_order_relaxed);
    area.pid_namespace.store(own_pid_namespace(), std::memory_order_release);
}

void Segments::set_ledger_id(std::uint64_t id) noexcept {
    ring_area(ring_segment_).ledger_id = id;
    constants_ = constants();
}

void Segments::set_source_file(const FileIdentity& file) noexcept {
    ring_area(ring_segment_).source_file = file;
    constants_ = constants();
}

bool Segments::lock_shared() noexcept {
    return ::flock(ring_segment_.fd(), LOCK_SH | LOCK_NB) == 0;
}
bool Segments::lock_exclusively() noexcept {
    return ::flock(ring_segment_.fd(), LOCK_EX | LOCK_NB) == 0;
}

void Segments::replace() {
    ring_segment_.replace();
    storage_segment_.replace();
}

void Segments::unlink() const noexcept {
    Segment::remove(ring_segment_.name());
    Segment::remove(storage_segment_.name());
}

void Segments::leave() {
    if (lock_exclusively() && are_current() && in_flight() == 0 && !damage()) unlink();
}

void Segments::mark_damaged(const std::string& what) const noexcept {
    RingArea& area = ring_area(ring_segment_);
    std::uint32_t unmarked = 0;
    if (area.damaged.compare_exchange_strong(unmarked, 1)) area.damage.store(what);
    ring().wake_all();
    storage().wake_all();
}

void Segments::refuse_damaged(const DamagedMemory& damage) const {
    mark_damaged(damage.what());
    throw Failure(ExitStatus::Internal,
                  fmt::format("{} or its storage is damaged: {}; stopping, and leaving both as they are",
                              segment_path(ring_segment_.name()), damage.what()));
}

}  // namespace pipeline
