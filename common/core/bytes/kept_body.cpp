// SPDX-License-Identifier: Apache-2.0
#include "common/core/bytes/kept_body.hpp"

#include <cstring>
#include <optional>

#include "common/shm/damaged_memory.hpp"

namespace pipeline {
namespace {

struct Parts {
    std::string_view body;
    Extra kind;
    std::string_view rest;
};

std::optional<Parts> parts_in(std::uint8_t id_length, const IdBytes& id, const ByteAreaView& bytes) {
    std::string_view text = extra_in(id_length, id, Extra::Kept, bytes);
    if (text.data() == nullptr) return std::nullopt;
    KeptBody header{};
    if (text.size() < sizeof header)
        refuse_word({"the length of a record with a body"}, text.size(), "is too small");
    std::memcpy(&header, text.data(), sizeof header);
    text.remove_prefix(sizeof header);
    if (header.seal != header.seal_now() || header.body_bytes > text.size())
        refuse_word({"the header of a record with a body"}, header.seal, "does not fit it");
    return Parts{text.substr(0, header.body_bytes), header.kind, text.substr(header.body_bytes)};
}

}  // namespace

KeptBody KeptBody::make(std::string_view body, Extra kind) noexcept {
    KeptBody header{body.size(), kind, {}, 0};
    header.seal = header.seal_now();
    return header;
}

// Each step is a bijection of the 64 bits, so a flipped bit always changes the sum before the fold.
std::uint32_t KeptBody::seal_now() const noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    std::uint64_t sum = (body_bytes + kOdd) * kOdd;
    sum = (sum ^ (sum >> 29U) ^ static_cast<std::uint64_t>(kind)) * kOdd;
    return static_cast<std::uint32_t>(sum ^ (sum >> 32U));
}

std::string_view KeptBody::bytes() const noexcept {
    return {reinterpret_cast<const char*>(this), sizeof *this};
}

std::string_view kept_body_in(std::uint8_t id_length, const IdBytes& id, const ByteAreaView& bytes) {
    const auto parts = parts_in(id_length, id, bytes);
    return parts ? parts->body : std::string_view();
}

std::string_view extra_beside_body(std::uint8_t id_length, const IdBytes& id, Extra kind,
                                   const ByteAreaView& bytes) {
    if (!is_spanned(id_length)) [[likely]]
        return {};
    const auto parts = parts_in(id_length, id, bytes);
    if (!parts) return extra_in(id_length, id, kind, bytes);
    return parts->kind == kind ? parts->rest : std::string_view();
}

}  // namespace pipeline
