// SPDX-License-Identifier: Apache-2.0
// Checks whether the contents of a ring and its storage are such as a kill can leave. There may be other
// contents under our names: a faulty program may have overwritten them, or somebody may have put a copy
// there. The check never repairs or guesses, because the segments may hold invoices.
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

// Checks everything. Returns none if all numbers are within bounds (layout.hpp, I4), the locks can be locked,
// and the invoices balance (I5) once the words that a kill leaves are settled (I2). Call it after the headers
// have been checked, while no other process has the segments.
[[nodiscard]] std::optional<Damage> find_damage(const RingView& ring, const StorageView& storage);

// Does the cheap part of the check, which may run while the pipeline's processes do: the bounds of the
// indices and of the hands' words, and the mark of a process that has found damage.
[[nodiscard]] std::optional<Damage> find_disorder(const RingView& ring, const StorageView& storage);

// The indices of a storage, which can be checked without its ring.
struct StorageIndices {
    std::uint64_t released;
    std::uint64_t durable;
    std::uint64_t tail;
    std::uint32_t capacity;
    [[nodiscard]] static StorageIndices of(const StorageArea& area) noexcept;
};
[[nodiscard]] std::optional<Damage> find_damage(const StorageIndices& indices);

// The text of a damage: a lock that is neither free nor a dead owner's.
inline constexpr const char* kBadLock = "one of its locks could never be locked";

}  // namespace pipeline
