// SPDX-License-Identifier: Apache-2.0
// A contiguous range of the storage's records, for the ledger.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/core/layout.hpp"

namespace pipeline {

// Records [first, first + size) of the storage segment, even if they wrap around its end.
class RecordRange {
  public:
    RecordRange(Record* records, Details* details, std::uint32_t capacity, std::uint64_t first,
                std::size_t size) noexcept
        : records_(records), details_(details), capacity_(capacity), first_(first), size_(size) {}

    // The index of record(0), counted since the segments were created.
    [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // The index after the last record's.
    [[nodiscard]] std::uint64_t end() const noexcept { return first_ + size_; }
    // The first `count` of them.
    [[nodiscard]] RecordRange first_ones(std::size_t count) const noexcept {
        return {records_, details_, capacity_, first_, count};
    }
    // i counts from 0.
    [[nodiscard]] Record& record(std::size_t i) const noexcept { return records_[(first_ + i) % capacity_]; }
    // All of them in order, as the one or two pieces in which they lie: a division by the capacity for each
    // record would cost more than reading it.
    [[nodiscard]] std::array<std::span<Record>, 2> pieces() const noexcept {
        const std::size_t at = first_ % capacity_;
        const std::size_t before_end = std::min<std::size_t>(size_, capacity_ - at);
        return {std::span(records_ + at, before_end), std::span(records_, size_ - before_end)};
    }
    // Only for a record that has_details.
    [[nodiscard]] const Details& details(std::size_t i) const noexcept {
        return details_[(first_ + i) % capacity_];
    }

  private:
    Record* records_;
    Details* details_;
    std::uint32_t capacity_;
    std::uint64_t first_;
    std::size_t size_;
};

}  // namespace pipeline
