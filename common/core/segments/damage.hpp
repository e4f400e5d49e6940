// SPDX-License-Identifier: Apache-2.0
// Whether the contents of a ring and its storage can be what a kill leaves. Other things can lie in shared
// memory under our names: what a program that went wild has written over, or a copy that somebody put there.
// Nothing is repaired or guessed: it may hold invoices.
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

// Looks at all of it while no other process has the segments; none if it is sound: all numbers lie within
// bounds, the locks can be locked, and each acquired invoice is in one place (ring, hand or storage),
// allowing for the words that a kill leaves to be settled. The headers have been checked.
[[nodiscard]] std::optional<Damage> find_damage(const Ring& ring, const Storage& storage);

// As far as a storage can be judged without its ring.
struct StorageIndices {
    std::uint64_t released;
    std::uint64_t durable;
    std::uint64_t tail;
    std::uint32_t capacity;
    [[nodiscard]] static StorageIndices of(const StorageArea& area) noexcept;
};
[[nodiscard]] std::optional<Damage> find_damage(const StorageIndices& indices);

// Said of a lock that is neither free nor a dead owner's.
inline constexpr const char* kBadLock = "one of its locks could never be locked";

}  // namespace pipeline
