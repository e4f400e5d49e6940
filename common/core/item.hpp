// SPDX-License-Identifier: Apache-2.0
// An item: one acquired invoice on its way from the source to a consumer. The same 128 bytes lie in the
// producer's batch, in a ring slot and in a hand. Ids of up to 39 bytes fit in the first cache line, and a
// copy touches the second one only for longer ids. An id of more than 103 bytes, and every body, lies
// elsewhere, and the item holds a span in place of the id (byte_span.hpp): in the producer's batch, a span of
// the bytes that the source has acquired; in a slot or a hand, a span of the ring's byte area.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/attempt.hpp"
#include "common/core/bytes/byte_span.hpp"

namespace pipeline {

// True if `id` can be an invoice's id: 1 to kMaxIdBytes bytes, none of them NUL. All other bytes may be in
// one, also those of no character; programs get them as they are, and people see printable(id).
[[nodiscard]] constexpr bool is_usable_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= kMaxIdBytes && id.find('\0') == std::string_view::npos;
}

struct alignas(64) Item {
    // Position and extent are atomic because the flush leader reads them in slots that the producer may
    // overwrite meanwhile. If `head` has moved, the leader reads them again.
    std::atomic<std::uint64_t> position;  // in the source: number, byte offset, or FileIdentity::position()
    std::uint64_t acquired_ns;
    std::atomic<std::uint32_t> extent;  // the source continues at position + extent; 0 if it is not ordered
    // In a hand {seal: 7, suspect: 1, cause: 16, attempts: 8}: how many attempts at the item have failed (by
    // the death of the consumer or of the program that it had started), how the last attempt failed, and
    // whether the item is a suspect (HandView::is_suspect()). The place's consumer writes all these bits with
    // one store. The seal is computed from the other bits and id_length, and reveals any single flipped bit
    // of them. In a ring slot, `blame` has another form: push() stores slot_seal() of the item's index in it,
    // which reveals any single flipped bit as well.
    std::atomic<std::uint32_t> blame;
    std::uint8_t id_length;  // 1..103, or kSpanned; or'ed with kIdUnusable
    IdBytes id;

    // Returns the id as beginning_of() does, for display.
    [[nodiscard]] std::string shown_id() const { return beginning_of(id_length, id); }
    // Returns the id, which lies in `bytes` if the item has a span. Throws as id_in() does.
    [[nodiscard]] std::string_view id_in(const ByteAreaView& bytes) const {
        return pipeline::id_in(id_length, id, bytes);
    }
    // Returns the body; a view without data if the invoice has none. Throws as id_in() does.
    [[nodiscard]] std::string_view body_in(const ByteAreaView& bytes) const {
        const bool is_again = is_spanned() && span().kind == Extra::AgainBody;
        return is_again ? extra_in(id_length, id, Extra::AgainBody, bytes).substr(sizeof(GivenAgain))
                        : extra_in(id_length, id, Extra::Body, bytes);
    }
    // True if the invoice has a body that the ledger does not have yet: the item was not given again.
    [[nodiscard]] bool has_new_body() const noexcept { return is_spanned() && span().kind == Extra::Body; }
    // Returns what a given-again item tells of its earlier rounds; none if it is not one. Throws
    // DamagedMemory.
    [[nodiscard]] std::optional<GivenAgain> given_again_in(const ByteAreaView& bytes) const;
    [[nodiscard]] bool is_given_again() const noexcept {
        return is_spanned() && pipeline::is_given_again(span().kind);
    }
    [[nodiscard]] bool is_body_omitted() const noexcept {
        return is_spanned() && (span().kind == Extra::Omitted || span().kind == Extra::AgainOmitted);
    }
    [[nodiscard]] bool is_spanned() const noexcept { return pipeline::is_spanned(id_length); }
    [[nodiscard]] ByteSpan span() const noexcept { return ByteSpan::load(id); }
    [[nodiscard]] bool id_unusable() const noexcept { return (id_length & kIdUnusable) != 0; }

    static constexpr unsigned kSealShift = 25;
    static constexpr std::uint32_t kSlotSalt = 0x5a00'0000U;  // zeroed memory must not pass for slot 0
    // Returns the lowest 25 of `bits`, and above them a seal of 7 bits that is computed from these bits and
    // from `id_length`. If one of them flips, exactly one bit of the seal changes.
    [[nodiscard]] static constexpr std::uint32_t sealed(std::uint64_t bits, std::uint8_t id_length) noexcept {
        const std::uint32_t low = static_cast<std::uint32_t>(bits) & ((1U << kSealShift) - 1);
        const std::uint32_t length = id_length;
        const std::uint32_t folded =
            low ^ (low >> 7U) ^ (low >> 14U) ^ (low >> 21U) ^ length ^ (length >> 7U);
        return low | ((0x25U ^ folded) << kSealShift);
    }
    [[nodiscard]] bool has_id() const noexcept { return pipeline::has_id(id_length); }
    // False if a bit of the length, of the blame or of the span has flipped.
    [[nodiscard]] bool is_whole() const noexcept {
        const std::uint32_t word = blame.load(std::memory_order_relaxed);
        return word == sealed(word, id_length) && has_id() && is_span_whole();
    }
    [[nodiscard]] bool is_span_whole() const noexcept { return !is_spanned() || span().is_whole(); }
    // Returns the value that `blame` has in the ring slot of `index`. A reader knows the index, and can
    // compute the value that it expects. The seal is a sum because a sum is cheap: each item pays for it
    // twice, in the push and in the claim.
    [[nodiscard]] static constexpr std::uint32_t slot_seal(std::uint64_t index,
                                                           std::uint8_t id_length) noexcept {
        return static_cast<std::uint32_t>(index) + kSlotSalt - id_length;
    }
    // True if this slot holds the item that was pushed with this index. False if a bit of the length, of the
    // seal or of the span has flipped.
    [[nodiscard]] bool is_slot_of(std::uint64_t index) const noexcept {
        return slot_index() == static_cast<std::uint32_t>(index) && has_id() && is_span_whole();
    }
    // Returns the lowest 32 bits of the index that the slot's seal states. A claim adds up the values of all
    // slots that it takes, and checks the sum.
    [[nodiscard]] std::uint32_t slot_index() const noexcept {
        return blame.load(std::memory_order_relaxed) + id_length - kSlotSalt;
    }

    // Both functions copy everything but the blame. copy_from() copies into a hand, where no attempt has
    // failed yet; copy_into_slot() copies into a slot of the ring, with slot_seal() as the blame.
    void copy_from(const Item& other) noexcept {
        const std::uint8_t length = other.id_length;
        copy_with(sealed(0, length), length, other);
    }
    void copy_into_slot(const Item& other, std::uint64_t index) noexcept {
        const std::uint8_t length = other.id_length;
        copy_with(slot_seal(index, length), length, other);
    }

    // Sets the id, and resets the blame to no failed attempts. Keeps a usable text (is_usable_id()) as it is;
    // if it does not fit into the item, appends it to `bytes`, and gives the item a span of `bytes`. Replaces
    // an unusable text by a safe id, as set_safe_id() does.
    void set_id(std::string_view text, std::string& bytes);
    // The same for an invoice that has a body, which may be empty. Appends id and body to `bytes`. If the
    // body is longer than `most`, leaves it out, and marks the item so (is_body_omitted()): no consumer
    // processes it.
    void set_id_and_body(std::string_view text, std::string_view body, std::uint64_t most,
                         std::string& bytes);
    // The same for an invoice that is given again. Keeps the id even if it is none that a source could give.
    void set_given_again(std::string_view text, GivenAgain again, std::string& bytes);
    // The same for an invoice whose body the ledger has kept. If id, body and the rest are longer than `most`
    // together, leaves the body out, and marks the item so (is_body_omitted()).
    void set_given_again(std::string_view text, GivenAgain again, std::string_view body, std::uint64_t most,
                         std::string& bytes);
    // The same for an invoice whose body nobody has any more. Marks the item in the same way.
    void set_given_again_without_body(std::string_view text, GivenAgain again, std::string& bytes);
    // The same for a text that fits into the item, as all numbers do. A longer one counts as unusable.
    void set_id(std::string_view text) noexcept;
    // Sets a safe id, marked kIdUnusable, whatever `text` is: its printable beginning, `~`, and 16
    // hexadecimal digits of a hash of the whole text (FNV-1a, 64 bits). The same text always gets the same
    // id.
    void set_safe_id(std::string_view text) noexcept;

    // Sets the id's length, and resets the blame to no failed attempts.
    void set_length(std::uint8_t length) noexcept;

    // `length` must be other.id_length. It is a parameter because the compiler would otherwise load that byte
    // again after each store.
    void copy_with(std::uint32_t new_blame, std::uint8_t length, const Item& other) noexcept {
        constexpr std::size_t kFirstLineId = 64 - 25;
        position.store(other.position.load(std::memory_order_relaxed), std::memory_order_relaxed);
        extent.store(other.extent.load(std::memory_order_relaxed), std::memory_order_relaxed);
        acquired_ns = other.acquired_ns;
        id_length = length;
        blame.store(new_blame, std::memory_order_relaxed);
        std::memcpy(id.data(), other.id.data(), kFirstLineId);
        if (inline_length(length) > kFirstLineId) {  // so it is if there is a span
            std::memcpy(id.data() + kFirstLineId, other.id.data() + kFirstLineId,
                        kInlineIdBytes - kFirstLineId);
        }
    }
};

}  // namespace pipeline
