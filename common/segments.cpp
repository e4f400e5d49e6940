// SPDX-License-Identifier: Apache-2.0
#include "common/segments.hpp"

#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <stdexcept>
#include <utility>

#include "common/command_line.hpp"
#include "common/damage.hpp"
#include "common/error.hpp"
#include "common/list_marks.hpp"
#include "common/process_id.hpp"

namespace pipeline {
namespace {

std::string ring_name(const std::string& name) {
    return name + ".ring";
}
std::string storage_name(const std::string& name) {
    return name + ".storage";
}

[[noreturn]] void refuse(const Segment& segment, const std::string& what) {
    const std::string name = segment.name().substr(0, segment.name().rfind('.'));
    throw Failure(
        ExitStatus::Configuration,
        fmt::format(
            "segment /dev/shm/{} {}. It is left as it is; to begin anew, remove /dev/shm/{} and "
            "/dev/shm/{}: the source (but for standard input) gives again what the ledger does not have",
            segment.name(), what, ring_name(name), storage_name(name)));
}

// Returns the capacity that fits the segment's size.
std::uint32_t check_header(const Segment& segment, std::uint64_t magic, std::size_t area_bytes,
                           std::size_t (*bytes)(std::uint32_t)) {
    if (segment.size() < area_bytes) refuse(segment, "is too small to be a segment of this pipeline");
    auto& header = *static_cast<SegmentHeader*>(segment.address());
    if (header.magic != magic) refuse(segment, "is not a segment of this pipeline");
    if (header.layout_version != kLayoutVersion) {
        refuse(segment,
               fmt::format("has layout version {}, and this program knows {}: finish it with the version "
                           "that made it",
                           header.layout_version, kLayoutVersion));
    }
    // Read once: what is used must be what was checked.
    const std::uint32_t capacity = std::atomic_ref(header.capacity).load(std::memory_order_relaxed);
    if (capacity < kMinCapacity || capacity > kMaxCapacity || header.total_bytes != segment.size() ||
        bytes(capacity) != segment.size()) {
        refuse(segment,
               fmt::format("is damaged: {} bytes do not fit its capacity of {}", segment.size(), capacity));
    }
    return capacity;
}

void check_text(const Segment& segment, const std::array<char, kMaxSpecBytes>& text) {
    if (text.front() == '\0' || std::find(text.begin(), text.end(), '\0') == text.end())
        refuse(segment, "is damaged: it does not say which source and ledger it is of");
}

void write_text(std::array<char, kMaxSpecBytes>& to, const std::string& text) {
    if (text.size() >= to.size()) {
        throw Failure(ExitStatus::Usage,
                      fmt::format("'{}' is too long: at most {} bytes", text, to.size() - 1));
    }
    std::copy(text.begin(), text.end(), to.begin());
}

std::string read_text(const std::array<char, kMaxSpecBytes>& from) {
    return {from.begin(), std::find(from.begin(), from.end(), '\0')};
}

void finish_header(SegmentHeader& header, std::uint64_t magic, std::size_t bytes, std::uint64_t generation) {
    header.total_bytes = bytes;
    header.generation = generation;
    header.magic = magic;
}

RingArea& ring_area(const Segment& segment) {
    return *static_cast<RingArea*>(segment.address());
}
StorageArea& storage_area(const Segment& segment) {
    return *static_cast<StorageArea*>(segment.address());
}

}  // namespace

Segments::Segments(Segment ring, std::uint32_t ring_capacity, Segment storage,
                   std::uint32_t storage_capacity) noexcept
    : ring_segment_(std::move(ring)),
      storage_segment_(std::move(storage)),
      ring_capacity_(ring_capacity),
      storage_capacity_(storage_capacity) {}

Segments Segments::create(const std::string& name, const SegmentsPlan& plan) {
    std::random_device random;
    const std::uint64_t generation = (std::uint64_t{random()} << 32U) | random();

    Segment storage = Segment::create(storage_name(name), Storage::bytes(plan.storage_capacity));
    Storage::initialise(storage_area(storage), plan.storage_capacity);
    finish_header(storage_area(storage).header, kStorageMagic, storage.size(), generation);

    Segment ring = Segment::create(ring_name(name), ring_bytes(plan.ring_capacity));
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
    finish_header(area.header, kRingMagic, ring.size(), generation);

    Segments segments(std::move(ring), plan.ring_capacity, std::move(storage), plan.storage_capacity);
    // Both are locked by being made.
    segments.storage_segment_.publish();
    try {
        segments.ring_segment_.publish();
    } catch (const Failure&) {
        Segment::remove(storage_name(name));
        throw;
    }
    return segments;
}

std::optional<Segments> Segments::open(const std::string& name, Segment::Access access) {
    std::optional<Segment> ring = Segment::open(ring_name(name), access);
    if (!ring) return std::nullopt;
    const auto ring_capacity = check_header(*ring, kRingMagic, sizeof(RingArea), &ring_bytes);
    std::optional<Segment> storage = Segment::open(storage_name(name), access);
    if (!storage) {
        if (!ring->has_its_name()) return std::nullopt;  // the last process of the generation has just left
        refuse(*ring,
               fmt::format("has lost its storage, /dev/shm/{}, and with it the results that were not yet in "
                           "the ledger",
                           storage_name(name)));
    }
    const auto storage_capacity = check_header(*storage, kStorageMagic, sizeof(StorageArea), &Storage::bytes);
    if (ring_area(*ring).header.generation != storage_area(*storage).header.generation) {
        if (!ring->has_its_name()) return std::nullopt;  // the next generation has come meanwhile
        refuse(*ring, fmt::format("does not belong to /dev/shm/{}", storage->name()));
    }
    return Segments(std::move(*ring), ring_capacity, std::move(*storage), storage_capacity);
}

Segments Segments::attach(const std::string& name, Lineage lineage) {
    std::optional<Segments> segments = open(name);
    if (!segments || !segments->lock_shared()) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("segment /dev/shm/{} is not there: start the supervisor; if it is running, "
                                  "somebody has removed its segments (logging out does, with systemd's "
                                  "RemoveIPC=yes)",
                                  ring_name(name)));
    }
    // Only now: a supervisor that lives while the lock is held has not been followed by another one, and will
    // not be before this process ends.
    if (lineage.is_orphan()) {
        segments->leave();
        throw Failure(ExitStatus::NotDrained,
                      fmt::format("segment /dev/shm/{} is not attached to: the supervisor that started this "
                                  "program has died, and the next one starts others",
                                  ring_name(name)));
    }
    return std::move(*segments);
}

void Segments::remove_storage_without_ring(const std::string& name) {
    const auto storage = Segment::open(storage_name(name), Segment::Access::ReadWrite);
    if (!storage) return;
    check_header(*storage, kStorageMagic, sizeof(StorageArea), &Storage::bytes);
    const StorageArea& area = storage_area(*storage);
    if (const auto damage = find_damage(area)) refuse(*storage, "is damaged: " + damage->what);
    const std::uint64_t waiting = area.tail.load() - (area.durable_word.load() >> 1U);
    if (waiting != 0) {
        refuse(*storage,
               fmt::format("holds {} results that are not in the ledger, and has lost its ring, /dev/shm/{}",
                           waiting, ring_name(name)));
    }
    Segment::remove_abandoned(storage_name(name));
}

Ring Segments::ring() const noexcept {
    return {ring_area(ring_segment_), ring_capacity_};
}
Storage Segments::storage() const noexcept {
    return {storage_area(storage_segment_), storage_capacity_, ring()};
}
std::size_t Segments::ring_bytes(std::uint32_t capacity_slots) noexcept {
    return Ring::bytes(capacity_slots) + sizeof(MetricsArea);
}
MetricsArea& Segments::metrics() const noexcept {
    return *reinterpret_cast<MetricsArea*>(static_cast<std::byte*>(ring_segment_.address()) +
                                           Ring::bytes(ring_capacity_));
}
std::string Segments::source() const {
    return read_text(ring_area(ring_segment_).source);
}
std::string Segments::ledger() const {
    return read_text(ring_area(ring_segment_).ledger);
}

LedgerSpec Segments::ledger_spec() const {
    check_text(ring_segment_, ring_area(ring_segment_).ledger);
    try {
        return parse_ledger(ledger());
    } catch (const std::invalid_argument&) {
        refuse(ring_segment_, fmt::format("is damaged: {} is no ledger", in_quotes(ledger())));
    }
}

std::uint64_t Segments::in_flight() const noexcept {
    // Every item of the ring becomes exactly one record, and both count from 0.
    const std::uint64_t durable = storage().durable();
    return ring().tail() - durable;
}

void Segments::check_contents() const {
    check_text(ring_segment_, ring_area(ring_segment_).source);
    check_text(ring_segment_, ring_area(ring_segment_).ledger);
    const auto damage = find_damage(ring(), storage());
    if (!damage) return;
    refuse(damage->where == Damage::Where::Ring ? ring_segment_ : storage_segment_,
           "is damaged: " + damage->what);
}

// The namespace comes last: until then none is named that it could be wrong for.
void Segments::take_over() const noexcept {
    RingArea& area = ring_area(ring_segment_);
    for (HandArea& hand : area.hands) hand.process.store(0, std::memory_order_relaxed);
    area.producer_process.store(0, std::memory_order_relaxed);
    metrics().supervisor.process.store(0, std::memory_order_relaxed);
    area.pid_namespace.store(own_pid_namespace(), std::memory_order_release);
}

bool Segments::lock_shared() noexcept {
    return ::flock(ring_segment_.fd(), LOCK_SH | LOCK_NB) == 0;
}
bool Segments::lock_exclusively() noexcept {
    return ::flock(ring_segment_.fd(), LOCK_EX | LOCK_NB) == 0;
}

void Segments::unlink() const noexcept {
    Segment::remove(ring_segment_.name());
    Segment::remove(storage_segment_.name());
}

void Segments::leave() noexcept {
    if (lock_exclusively() && are_current() && in_flight() == 0) unlink();
}

}  // namespace pipeline
