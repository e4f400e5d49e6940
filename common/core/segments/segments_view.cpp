// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/segments_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/segments/damage.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

void check_text(const Segment& segment, const std::array<char, kMaxSpecBytes>& text) {
    if (text.front() == '\0' || std::find(text.begin(), text.end(), '\0') == text.end())
        refuse(segment, "is damaged: it does not say which source and ledger it is of");
}

std::string read_text(const std::array<char, kMaxSpecBytes>& from) {
    return {from.begin(), std::find(from.begin(), from.end(), '\0')};
}

const RingArea& ring_area(const Segment& segment) {
    return *static_cast<const RingArea*>(segment.address());
}
const StorageArea& storage_area(const Segment& segment) {
    return *static_cast<const StorageArea*>(segment.address());
}

}  // namespace

SegmentsView::SegmentsView(SegmentPair pair) noexcept
    : ring_segment_(std::move(pair.ring)),
      storage_segment_(std::move(pair.storage)),
      ring_capacity_(pair.ring_capacity),
      storage_capacity_(pair.storage_capacity),
      constants_(constants()) {}

std::optional<SegmentPair> SegmentsView::open_pair(const std::string& name, Segment::Access access) {
    std::optional<Segment> ring = Segment::open(ring_name(name), access);
    if (!ring) return std::nullopt;
    const auto ring_capacity = check_header(*ring, kRingShape);
    std::optional<Segment> storage = Segment::open(storage_name(name), access);
    if (!storage) {
        if (!ring->has_its_name()) return std::nullopt;  // the last process of the generation has just left
        refuse(*ring, fmt::format(
                          "has lost its storage, {}, and with it the results that were not yet in the ledger",
                          segment_path(storage_name(name))));
    }
    const auto storage_capacity = check_header(*storage, kStorageShape);
    if (ring_area(*ring).header.generation != storage_area(*storage).header.generation) {
        if (!ring->has_its_name()) return std::nullopt;  // the next generation has come meanwhile
        refuse(*ring, fmt::format("does not belong to {}", segment_path(storage->name())));
    }
    return SegmentPair{std::move(*ring), ring_capacity, std::move(*storage), storage_capacity};
}

std::optional<SegmentsView> SegmentsView::open(const std::string& name) {
    std::optional<SegmentPair> pair = open_pair(name, Segment::Access::ReadOnly);
    return pair ? std::optional(SegmentsView(std::move(*pair))) : std::nullopt;
}

RingView SegmentsView::ring() const noexcept {
    return {ring_area(ring_segment_), ring_capacity_};
}
StorageView SegmentsView::storage() const noexcept {
    return {storage_area(storage_segment_), storage_capacity_};
}
const MetricsArea& SegmentsView::metrics() const noexcept {
    return *reinterpret_cast<const MetricsArea*>(static_cast<const std::byte*>(ring_segment_.address()) +
                                                 Ring::size(ring_capacity_));
}
std::string SegmentsView::name() const {
    const std::string& ring = ring_segment_.name();
    return ring.substr(0, ring.rfind('.'));
}
std::string SegmentsView::path() const {
    return segment_path(name());
}
std::string SegmentsView::source() const {
    return read_text(ring_area(ring_segment_).source);
}
std::string SegmentsView::ledger() const {
    return read_text(ring_area(ring_segment_).ledger);
}

std::string SegmentsView::checked_ledger() const {
    check_text(ring_segment_, ring_area(ring_segment_).ledger);
    return ledger();
}

void SegmentsView::refuse_ring(const std::string& what) const {
    refuse(ring_segment_, what);
}

std::uint64_t SegmentsView::in_flight() const noexcept {
    // Every pushed item becomes exactly one record, so both indices count the same invoices.
    const std::uint64_t durable = storage().durable();
    return ring().tail() - durable;
}

void SegmentsView::check_contents() const {
    check_text(ring_segment_, ring_area(ring_segment_).source);
    check_text(ring_segment_, ring_area(ring_segment_).ledger);
    const auto damage = find_damage(ring(), storage());
    if (!damage) return;
    refuse(segment_of(*damage), "is damaged: " + damage->what);
}

const Segment& SegmentsView::segment_of(const Damage& damage) const noexcept {
    return damage.where == Damage::Where::Ring ? ring_segment_ : storage_segment_;
}

Constants SegmentsView::constants() const noexcept {
    return Constants::of(ring_area(ring_segment_), storage_area(storage_segment_));
}

std::optional<std::string> SegmentsView::damage() const {
    auto found = constants_.difference(constants());
    if (!found) found = find_damage(ring(), storage());
    return text_of(found);
}

std::optional<std::string> SegmentsView::disorder() const {
    auto found = constants_.difference(constants());
    if (!found) found = find_disorder(ring(), storage());
    return text_of(found);
}

std::optional<std::string> SegmentsView::text_of(const std::optional<Damage>& damage) const {
    if (!damage) return std::nullopt;
    return fmt::format("segment {} is damaged: {}", segment_path(segment_of(*damage).name()), damage->what);
}

}  // namespace pipeline
