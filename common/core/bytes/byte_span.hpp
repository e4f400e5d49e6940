// SPDX-License-Identifier: Apache-2.0
// A span: what an item or a record holds instead of its id, if the id is long or if further bytes belong to
// it. The span names bytes that lie together in the byte area (byte_area.hpp) of the segment: first the id,
// then the body (in the ring) or the result (in the storage).
//
// A span outlives its bytes: the slot or record before the tail is evidence (layout.hpp, I3) even when its
// bytes are free again, and perhaps overwritten. So the span has a seal of its own, a hash of the id, and the
// id's beginning: these suffice to check it, to compare it, and to show it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/bytes/byte_area.hpp"

namespace pipeline {

// The bytes of an id that lie in the item or record itself.
inline constexpr std::size_t kInlineIdBytes = 103;
// A flag in id_length: the source's own id was unusable (is_usable_id()), and the item's id replaces it. No
// consumer processes such an item; it is recorded as failed.
inline constexpr std::uint8_t kIdUnusable = 0x80;
// The length in id_length if the item or record has a span.
inline constexpr std::uint8_t kSpanned = 0x7f;
static_assert(kSpanned > kInlineIdBytes);

// The bytes in an item or a record that hold an id, or else a ByteSpan.
using IdBytes = std::array<char, kInlineIdBytes>;

// The nature of the bytes after the id. Shared memory holds the value: never reuse one.
enum class Extra : std::uint8_t {
    None = 0,
    Body = 1,
    Result = 2,
    Output = 3,
    Again = 5,        // what is known of earlier rounds of an invoice that is given again (GivenAgain)
    Omitted = 4,      // a body that was too long: it has no bytes here, and its invoice is recorded as failed
    Invoice = 6,      // the terms of an invoice and its result, packed (invoice_terms.hpp)
    Kept = 7,         // a body that the ledger has to keep, and what else the record has (kept_body.hpp)
    AgainBody = 8,    // GivenAgain, and the body that the ledger has kept
    AgainOmitted = 9  // GivenAgain of an invoice whose body is lost or too long; as Omitted
};

// True if the bytes after the id begin with a GivenAgain.
[[nodiscard]] constexpr bool is_given_again(Extra kind) noexcept {
    return kind == Extra::Again || kind == Extra::AgainBody || kind == Extra::AgainOmitted;
}

struct ByteSpan {
    std::uint64_t offset;            // of the id, in the byte area
    std::uint64_t id_hash;           // of the id
    std::uint32_t id_bytes;          // 1..kMaxIdBytes
    std::uint32_t extra_bytes;       // after the id
    std::uint32_t seal;              // seal_now() when the span was made
    Extra kind;                      // what the extra bytes are
    std::array<char, 67> beginning;  // of the id, as much as fits

    [[nodiscard]] static ByteSpan make(std::uint64_t offset, std::string_view id, Extra kind,
                                       std::size_t extra_bytes) noexcept;
    [[nodiscard]] static ByteSpan load(const IdBytes& from) noexcept;
    void store(IdBytes& to) const noexcept;
    // Returns the same span of bytes that lie at another offset.
    [[nodiscard]] ByteSpan moved_to(std::uint64_t new_offset) const noexcept;

    [[nodiscard]] std::uint64_t bytes() const noexcept { return std::uint64_t{id_bytes} + extra_bytes; }
    [[nodiscard]] std::uint64_t end() const noexcept { return offset + bytes(); }
    // Computes the seal of the present fields, but for `beginning`, which is only shown.
    [[nodiscard]] std::uint32_t seal_now() const noexcept;
    // False if a bit of a sealed field has flipped, or if a field has an impossible value.
    [[nodiscard]] bool is_whole() const noexcept {
        return seal == seal_now() && id_bytes - 1U < kMaxIdBytes && kind <= Extra::AgainOmitted;
    }
    [[nodiscard]] std::string_view beginning_text() const noexcept {
        return {beginning.data(), std::min<std::size_t>(id_bytes, beginning.size())};
    }
};
static_assert(sizeof(ByteSpan) == 96 && sizeof(ByteSpan) <= kInlineIdBytes);

// The FNV-1a hash with 64 bits.
[[nodiscard]] std::uint64_t hash_of(std::string_view text) noexcept;

[[nodiscard]] constexpr bool is_spanned(std::uint8_t id_length) noexcept {
    return (id_length & 0x7fU) == kSpanned;
}
// True if `id_length` is the length of an inline id, or says that there is a span.
[[nodiscard]] constexpr bool has_id(std::uint8_t id_length) noexcept {
    return (id_length & 0x7fU) - 1U < kInlineIdBytes || is_spanned(id_length);
}
// Returns the length of an inline id. Never returns more than kInlineIdBytes, even if the segment is damaged.
[[nodiscard]] constexpr std::size_t inline_length(std::uint8_t id_length) noexcept {
    return std::min<std::size_t>(id_length & 0x7fU, kInlineIdBytes);
}

// Returns the id that `id_length` and `id` hold or name. Throws DamagedMemory if they name bytes that are not
// within the area, or if their span is not whole.
[[nodiscard]] std::string_view id_in(std::uint8_t id_length, const IdBytes& id, const ByteAreaView& bytes);
// Returns the bytes after the id, if they are of this kind; else nothing. Throws as id_in() does.
[[nodiscard]] std::string_view extra_in(std::uint8_t id_length, const IdBytes& id, Extra kind,
                                        const ByteAreaView& bytes);
// Returns the id; of an id with a span only its beginning, ended by "..." if more follows. Reads no byte
// area, so that it may be called at any time.
[[nodiscard]] std::string beginning_of(std::uint8_t id_length, const IdBytes& id);
// Returns a short text that stands for an id: the id if it has at most 67 bytes, else its beginning, hash and
// length. label_in() returns the same text from what an item or a record holds, without its byte area.
[[nodiscard]] std::string label_of(std::string_view id);
[[nodiscard]] std::string label_in(std::uint8_t id_length, const IdBytes& id);

}  // namespace pipeline
