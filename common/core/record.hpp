// SPDX-License-Identifier: Apache-2.0
// A record: the result of one invoice on its way from a consumer to the ledger. Records lie in the storage
// (layout.hpp). The ledger gets a range of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/core/attempt.hpp"
#include "common/core/bytes/byte_span.hpp"
#include "common/core/bytes/kept_body.hpp"
#include "common/core/result.hpp"

namespace pipeline {

inline constexpr std::size_t kMaxPlaces = 256;  // consumers at most

struct alignas(64) Record {
    // A consumer writes these under the save lock before storage.tail covers the record; they never change
    // after that. Record tail - 1 is evidence (I3): from its place and ring index, the next owner of the lock
    // derives the `done` of that place's hand.
    std::uint64_t ring_index;
    std::uint64_t position;
    std::uint64_t acquired_ns;
    std::uint64_t saved_ns;
    std::uint16_t place;
    std::uint8_t attempts;  // how often a consumer began to process the invoice, mostly 1
    Status status;
    std::uint8_t parts;      // kHasDetails, kHasAttempt: what else belongs to this record
    std::uint8_t id_length;  // as Item::id_length; a span is one of the storage's byte area
    // The value of seal_now() at the time of the save. If a single bit of ring_index, of a field from `place`
    // to `id_length`, or of a small field of the details flips later, seal_now() returns another value.
    std::uint8_t seal;

    // The ledger's outcome. A save sets it to the status, which the ledger mostly confirms. If the ledger
    // decides otherwise, the flush leader writes it under the flush lock, before it sends the COMMIT that
    // covers the record. A kill before that COMMIT leaves either value, and the next leader decides again; a
    // kill after it leaves the committed outcome, which is final.
    Outcome outcome;

    IdBytes id;

    // Valid only if has_attempt(). It lies in the third cache line, which other records do not touch.
    alignas(8) Attempt attempt;

    static constexpr std::uint8_t kHasDetails = 1;  // the details at the same index
    static constexpr std::uint8_t kHasAttempt = 2;
    [[nodiscard]] bool has_details() const noexcept { return (parts & kHasDetails) != 0; }
    [[nodiscard]] bool has_attempt() const noexcept { return (parts & kHasAttempt) != 0; }
    // True if the item was given again (GivenAgain).
    [[nodiscard]] bool is_given_again() const noexcept { return has_attempt() && attempt.is_given_again(); }

    // Returns the id as beginning_of() does, for display.
    [[nodiscard]] std::string shown_id() const { return beginning_of(id_length, id); }
    // Returns the id, which lies in `bytes` if the record has a span. Throws as pipeline::id_in() does.
    [[nodiscard]] std::string_view id_in(const ByteAreaView& bytes) const {
        return pipeline::id_in(id_length, id, bytes);
    }
    // Returns the result, or the output, of the program; a view without data if there is none. Throws as
    // id_in() does.
    [[nodiscard]] std::string_view result_in(const ByteAreaView& bytes) const {
        return extra_beside_body(id_length, id, Extra::Result, bytes);
    }
    [[nodiscard]] std::string_view output_in(const ByteAreaView& bytes) const {
        return extra_beside_body(id_length, id, Extra::Output, bytes);
    }
    // Returns the terms of the invoice with its result, packed (invoice_terms.hpp), in the same way.
    [[nodiscard]] std::string_view terms_in(const ByteAreaView& bytes) const {
        return extra_beside_body(id_length, id, Extra::Invoice, bytes);
    }
    // Returns the body that the ledger has to keep; a view without data if there is none.
    [[nodiscard]] std::string_view body_in(const ByteAreaView& bytes) const {
        return kept_body_in(id_length, id, bytes);
    }
    [[nodiscard]] bool has_body() const noexcept { return is_spanned() && span().kind == Extra::Kept; }
    // True if the record has a result, an output, terms or a body.
    [[nodiscard]] bool has_extra() const noexcept { return is_spanned() && span().kind != Extra::None; }
    [[nodiscard]] bool is_spanned() const noexcept { return pipeline::is_spanned(id_length); }
    [[nodiscard]] ByteSpan span() const noexcept { return ByteSpan::load(id); }
    [[nodiscard]] bool id_unusable() const noexcept { return (id_length & kIdUnusable) != 0; }
    // Computes the seal of the present fields. `details` are those of this record; the function reads them
    // only if has_details().
    [[nodiscard]] std::uint8_t seal_now(const Details& details) const noexcept {
        const unsigned seal_of_details = has_details() ? details.seal_now() : 0U;
        std::uint64_t index = ring_index ^ (ring_index >> 32U);
        index ^= index >> 16U;
        return static_cast<std::uint8_t>(0xa5U ^ index ^ (index >> 8U) ^ place ^ (unsigned{place} >> 8U) ^
                                         attempts ^ static_cast<unsigned>(status) ^ parts ^ id_length ^
                                         seal_of_details);
    }
    // False if the record has changed since it was saved, or if a field has an impossible value.
    [[nodiscard]] bool is_whole(const Details& details) const noexcept {
        return seal == seal_now(details) && place < kMaxPlaces && is_status(status) &&
               outcome <= Outcome::Waiting && has_id(id_length) && (!is_spanned() || span().is_whole()) &&
               parts <= (kHasDetails | kHasAttempt) && (!has_attempt() || attempt.seal == attempt.seal_now());
    }
};
static_assert(sizeof(Record) == 192 && sizeof(Details) == 512);

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
    // Returns the details of record `i`, which must have details.
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
