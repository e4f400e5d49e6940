// SPDX-License-Identifier: Apache-2.0
// Checks whether the contents of a ring and its storage are ones that a kill can leave. Other contents mean
// damage: a faulty program may have overwritten the segments, or somebody may have put copies in their place.
// The check never repairs or guesses, because the segments may hold invoices.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline {

struct Damage {
    enum class Where : std::uint8_t { Ring, Storage } where;
    std::string what;  // "its head is beyond its tail"
};

// Makes all checks. Returns none if all numbers are within bounds (layout.hpp, I4), the locks can be locked,
// and each acquired item is in exactly one place (I5) once the words that a kill leaves behind are settled
// (I2). Call it after the headers have been checked, while no other process has the segments.
[[nodiscard]] std::optional<Damage> find_damage(const RingView& ring, const StorageView& storage);

// Makes only the cheap checks: the bounds of the indices and of the hands' words, and whether a process has
// marked the segments as damaged (RingArea::damaged). May be called while the pipeline runs.
[[nodiscard]] std::optional<Damage> find_disorder(const RingView& ring, const StorageView& storage);

// The indices of a storage. find_damage() can check their order without the ring.
struct StorageIndices {
    std::uint64_t released;
    std::uint64_t durable;
    std::uint64_t tail;
    std::uint32_t capacity;
    [[nodiscard]] static StorageIndices of(const StorageArea& area) noexcept;
};
[[nodiscard]] std::optional<Damage> find_damage(const StorageIndices& indices);

// The text about a damaged lock: one that is neither free nor marked as held by a dead owner.
inline constexpr const char* kBadLock = "one of its locks could never be locked";

}  // namespace pipeline
