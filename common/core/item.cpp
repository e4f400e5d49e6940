// SPDX-License-Identifier: Apache-2.0
#include "common/core/item.hpp"

#include <fmt/format.h>

#include "common/shm/damaged_memory.hpp"

namespace pipeline {
namespace {

// Appends what an item that is given again has in the byte area, and returns its span.
ByteSpan append_again(std::string_view text, GivenAgain again, Extra kind, std::string_view body,
                      std::string& bytes) {
    again.seal = again.seal_now();
    const ByteSpan span = ByteSpan::make(bytes.size(), text, kind, sizeof again + body.size());
    bytes += text;
    bytes.append(reinterpret_cast<const char*>(&again), sizeof again);
    bytes += body;
    return span;
}

}  // namespace

void Item::set_id(std::string_view text, std::string& bytes) {
    if (text.size() <= kInlineIdBytes || !is_usable_id(text)) return set_id(text);
    ByteSpan::make(bytes.size(), text, Extra::None, 0).store(id);
    bytes += text;
    set_length(kSpanned);
}

void Item::set_id_and_body(std::string_view text, std::string_view body, std::uint64_t most,
                           std::string& bytes) {
    const bool is_omitted = body.size() > most;
    if (is_omitted) body = {};
    const std::size_t offset = bytes.size();
    std::uint8_t length = kSpanned;
    if (is_usable_id(text)) {
        bytes += text;
    } else {
        set_id(text);
        length |= kIdUnusable;
        bytes.append(id.data(), inline_length(id_length));
    }
    const std::string_view stored = std::string_view(bytes).substr(offset);
    ByteSpan::make(offset, stored, is_omitted ? Extra::Omitted : Extra::Body, body.size()).store(id);
    bytes += body;
    set_length(length);
}

void Item::set_given_again(std::string_view text, GivenAgain again, std::string& bytes) {
    append_again(text, again, Extra::Again, {}, bytes).store(id);
    set_length(kSpanned);
}

void Item::set_given_again(std::string_view text, GivenAgain again, std::string_view body, std::uint64_t most,
                           std::string& bytes) {
    const bool fits = text.size() + sizeof again + body.size() <= most;
    if (!fits) body = {};
    append_again(text, again, fits ? Extra::AgainBody : Extra::AgainOmitted, body, bytes).store(id);
    set_length(kSpanned);
}

void Item::set_given_again_without_body(std::string_view text, GivenAgain again, std::string& bytes) {
    append_again(text, again, Extra::AgainOmitted, {}, bytes).store(id);
    set_length(kSpanned);
}

std::optional<GivenAgain> Item::given_again_in(const ByteAreaView& bytes) const {
    if (!is_given_again()) return std::nullopt;
    const Extra kind = span().kind;
    const std::string_view text = extra_in(id_length, id, kind, bytes);
    GivenAgain again;
    if (text.size() < sizeof again || (kind != Extra::AgainBody && text.size() != sizeof again))
        refuse_word({"the length of what a given-again item tells"}, text.size(), "is another one");
    std::memcpy(&again, text.data(), sizeof again);
    if (again.seal != again.seal_now())
        refuse_word({"the seal of what a given-again item tells"}, again.seal, "does not fit it");
    return again;
}

void Item::set_id(std::string_view text) noexcept {
    if (text.size() <= kInlineIdBytes && is_usable_id(text)) {
        std::memcpy(id.data(), text.data(), text.size());
        set_length(static_cast<std::uint8_t>(text.size()));
        return;
    }
    set_safe_id(text);
}

void Item::set_safe_id(std::string_view text) noexcept {
    constexpr std::size_t kHashBytes = 17;
    std::size_t length = 0;
    for (const char c : text) {
        if (length == kInlineIdBytes - kHashBytes) break;
        const auto byte = static_cast<unsigned char>(c);
        id[length++] = byte > 0x20 && byte < 0x7f ? c : '_';
    }
    fmt::format_to_n(id.data() + length, kHashBytes, "~{:016x}", hash_of(text));
    set_length(static_cast<std::uint8_t>((length + kHashBytes) | kIdUnusable));
}

void Item::set_length(std::uint8_t length) noexcept {
    id_length = length;
    blame.store(sealed(0, length), std::memory_order_relaxed);
}

}  // namespace pipeline
