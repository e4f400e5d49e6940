// SPDX-License-Identifier: Apache-2.0
#include "common/core/bytes/byte_span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "common/shm/damaged_memory.hpp"

namespace pipeline {
namespace {

// Returns the span, and checks all that its reader relies on.
ByteSpan checked_span(const IdBytes& id, const ByteAreaView& bytes) {
    const ByteSpan span = ByteSpan::load(id);
    if (!span.is_whole())
        refuse_word({"the seal of a span"}, span.seal, "does not fit its offset, lengths, kind and hash");
    if (!bytes.can_hold(span.offset, span.bytes()))
        refuse_word({"the offset of a span"}, span.offset, "reaches beyond its byte area");
    return span;
}

// Hashes eight bytes at a time: the id of every item that has a span is hashed.
std::uint64_t id_hash_of(std::string_view id) noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    std::uint64_t sum = id.size() * kOdd;
    while (!id.empty()) {
        std::uint64_t word = 0;
        const std::size_t taken = std::min(id.size(), sizeof word);
        if (taken == sizeof word) {
            std::memcpy(&word, id.data(), sizeof word);  // of fixed length: one load
        } else {
            std::memcpy(&word, id.data(), taken);
        }
        sum = (sum ^ word) * kOdd;
        sum ^= sum >> 32U;
        id.remove_prefix(taken);
    }
    return sum;
}

std::string label(std::string_view beginning, std::uint64_t hash, std::size_t length) {
    return fmt::format("{}~{:016x}~{}", beginning, hash, length);
}

}  // namespace

// Fowler, Noll, Vo: FNV-1a with 64 bits, http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return value;
}

ByteSpan ByteSpan::make(std::uint64_t offset, std::string_view id, Extra kind,
                        std::size_t extra_bytes) noexcept {
    ByteSpan span{offset,
                  id_hash_of(id),
                  static_cast<std::uint32_t>(id.size()),
                  static_cast<std::uint32_t>(extra_bytes),
                  0,
                  kind,
                  {}};
    id.copy(span.beginning.data(), span.beginning.size());
    span.seal = span.seal_now();
    return span;
}

ByteSpan ByteSpan::load(const IdBytes& from) noexcept {
    ByteSpan span;
    std::memcpy(&span, from.data(), sizeof span);
    return span;
}

void ByteSpan::store(IdBytes& to) const noexcept {
    std::memcpy(to.data(), this, sizeof *this);
}

ByteSpan ByteSpan::moved_to(std::uint64_t new_offset) const noexcept {
    ByteSpan span = *this;
    span.offset = new_offset;
    span.seal = span.seal_now();
    return span;
}

// Each step is a bijection of the 64 bits, so a flipped bit always changes the sum before the fold.
std::uint32_t ByteSpan::seal_now() const noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    std::uint64_t sum = (offset + kOdd) * kOdd;
    sum = (sum ^ (sum >> 29U) ^ id_hash) * kOdd;
    sum = (sum ^ (sum >> 29U) ^ (std::uint64_t{id_bytes} << 32U | extra_bytes)) * kOdd;
    sum = (sum ^ (sum >> 29U) ^ static_cast<std::uint64_t>(kind)) * kOdd;
    return static_cast<std::uint32_t>(sum ^ (sum >> 32U));
}

std::string_view id_in(std::uint8_t id_length, const IdBytes& id, const ByteAreaView& bytes) {
    if (!is_spanned(id_length)) [[likely]]
        return {id.data(), inline_length(id_length)};
    const ByteSpan span = checked_span(id, bytes);
    return bytes.text(span.offset, span.id_bytes);
}

std::string_view extra_in(std::uint8_t id_length, const IdBytes& id, Extra kind, const ByteAreaView& bytes) {
    if (!is_spanned(id_length)) [[likely]]
        return {};
    const ByteSpan span = checked_span(id, bytes);
    if (span.kind != kind) return {};
    return bytes.text(span.offset, span.bytes()).substr(span.id_bytes);
}

std::string beginning_of(std::uint8_t id_length, const IdBytes& id) {
    if (!is_spanned(id_length)) return {id.data(), inline_length(id_length)};
    const ByteSpan span = ByteSpan::load(id);
    std::string text(span.beginning_text());
    if (text.size() < span.id_bytes) text += "...";
    return text;
}

std::string label_of(std::string_view id) {
    constexpr std::size_t kMost = sizeof ByteSpan::beginning;
    return id.size() <= kMost ? std::string(id) : label(id.substr(0, kMost), id_hash_of(id), id.size());
}

std::string label_in(std::uint8_t id_length, const IdBytes& id) {
    if (!is_spanned(id_length)) return label_of({id.data(), inline_length(id_length)});
    const ByteSpan span = ByteSpan::load(id);
    if (span.id_bytes <= sizeof span.beginning) return std::string(span.beginning_text());
    return label(span.beginning_text(), span.id_hash, span.id_bytes);
}

}  // namespace pipeline
