// SPDX-License-Identifier: Apache-2.0
// A range of consecutive records in the storage, for the ledger.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/core/layout.hpp"

namespace pipeline {

// Records [first, first + size) of the storage segment. They may wrap around its end.
class RecordRange {
  public:
    // `bytes` is the storage's byte area.
    RecordRange(Record* records, Details* details, std::uint32_t capacity, ByteAreaView bytes,
                std::uint64_t first, std::size_t size) noexcept
        : records_(records),
          details_(details),
          capacity_(capacity),
          bytes_(bytes),
          first_(first),
          size_(size) {}

    // Returns the index of record(0), counted since the segments were created.
    [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // Returns the index after that of the last record.
    [[nodiscard]] std::uint64_t end() const noexcept { return first_ + size_; }
    // Returns the range of the first `count` records.
    [[nodiscard]] RecordRange first_ones(std::size_t count) const noexcept {
        return {records_, details_, capacity_, bytes_, first_, count};
    }
    // Returns record `i` of this range, counted from 0.
    [[nodiscard]] Record& record(std::size_t i) const noexcept { return records_[(first_ + i) % capacity_]; }
    // Returns all records in order, as the one or two pieces in which they lie. Use it in loops: record(i)
    // divides by the capacity, which costs more than reading the record.
    [[nodiscard]] std::array<std::span<Record>, 2> pieces() const noexcept {
        const std::size_t at = first_ % capacity_;
        const std::size_t before_end = std::min<std::size_t>(size_, capacity_ - at);
        return {std::span(records_ + at, before_end), std::span(records_, size_ - before_end)};
    }
    // Returns the details of record `i`, which must have `has_details` set.
    [[nodiscard]] const Details& details(std::size_t i) const noexcept {
        return details_[(first_ + i) % capacity_];
    }

    // Returns the byte area that the records' spans refer to.
    [[nodiscard]] const ByteAreaView& bytes() const noexcept { return bytes_; }
    // Returns the id of record `i`. Throws DamagedMemory if its span is not one of the byte area.
    [[nodiscard]] std::string_view id(std::size_t i) const { return record(i).id_in(bytes_); }

  private:
    Record* records_;
    Details* details_;
    std::uint32_t capacity_;
    ByteAreaView bytes_;
    std::uint64_t first_;
    std::size_t size_;
};

}  // namespace pipeline
