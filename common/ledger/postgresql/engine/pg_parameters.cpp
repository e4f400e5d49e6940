// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/engine/pg_parameters.hpp"

#include <endian.h>

#include <array>
#include <cstring>
#include <utility>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

// The types' numbers in the catalog pg_type, which never change.
constexpr std::uint32_t kBytes = 17;
constexpr std::uint32_t kInteger = 20;
constexpr std::uint32_t kText = 25;
constexpr std::uint32_t kBytesArray = 1001;
constexpr std::uint32_t kTextArray = 1009;
constexpr std::uint32_t kIntegerArray = 1016;
constexpr std::size_t kArrayHeader = 20;

template <class Integer>
std::array<char, sizeof(Integer)> packed(Integer big_endian) noexcept {
    std::array<char, sizeof(Integer)> bytes{};
    std::memcpy(bytes.data(), &big_endian, sizeof big_endian);
    return bytes;
}

void append_32(std::string& to, std::uint32_t value) {
    const auto bytes = packed(htobe32(value));
    to.append(bytes.data(), bytes.size());
}

void append_64(std::string& to, std::int64_t value) {
    const auto bytes = packed(htobe64(static_cast<std::uint64_t>(value)));
    to.append(bytes.data(), bytes.size());
}

}  // namespace

void PgArray::clear() {
    bytes_.assign(kArrayHeader, '\0');
    count_ = 0;
    has_nulls_ = false;
}

void PgArray::add(std::int64_t value) {
    if (type_ != Type::Integer) broken_invariant("an array of texts takes no integer");
    append_32(bytes_, sizeof value);
    append_64(bytes_, value);
    ++count_;
}

void PgArray::add(std::string_view text) {
    if (type_ == Type::Integer) broken_invariant("an array of integers takes no text");
    append_32(bytes_, static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
    ++count_;
}

void PgArray::add_null() {
    append_32(bytes_, UINT32_MAX);
    has_nulls_ = true;
    ++count_;
}

std::string_view PgArray::bytes() {
    const std::uint32_t type = type_ == Type::Integer ? kInteger : type_ == Type::Text ? kText : kBytes;
    std::string header;
    for (const std::uint32_t word : {1U, has_nulls_ ? 1U : 0U, type, count_, 1U}) append_32(header, word);
    bytes_.replace(0, kArrayHeader, header);
    return bytes_;
}

PgParameters& PgParameters::add_value(std::uint32_t type, Value value) {
    types_.push_back(type);
    values_.push_back(std::move(value));
    const Value& kept = values_.back();
    lengths_.push_back(static_cast<int>(kept.is_own ? kept.own.size() : kept.view.size()));
    return *this;
}

PgParameters& PgParameters::add(std::int64_t value) {
    Value own;
    append_64(own.own, value);
    own.is_own = true;
    return add_value(kInteger, std::move(own));
}

PgParameters& PgParameters::add(std::string_view text) {
    Value value;
    value.view = text;
    return add_value(kText, std::move(value));
}

PgParameters& PgParameters::add_bytes(std::string_view bytes) {
    Value value;
    value.view = bytes;
    return add_value(kBytes, std::move(value));
}

PgParameters& PgParameters::add(const Digest& digest) {
    return add_bytes({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

PgParameters& PgParameters::add_own(std::string text) {
    Value value;
    value.own = std::move(text);
    value.is_own = true;
    return add_value(kText, std::move(value));
}

PgParameters& PgParameters::add(PgArray& array) {
    Value value;
    value.view = array.bytes();
    const auto type = array.type() == PgArray::Type::Integer ? kIntegerArray
                      : array.type() == PgArray::Type::Text  ? kTextArray
                                                             : kBytesArray;
    return add_value(type, std::move(value));
}

PgParameters& PgParameters::add_null_integer() {
    Value value;
    value.is_null = true;
    return add_value(kInteger, std::move(value));
}

PgParameters& PgParameters::add_null_text() {
    Value value;
    value.is_null = true;
    return add_value(kText, std::move(value));
}

PgParameters& PgParameters::add_null_bytes() {
    Value value;
    value.is_null = true;
    return add_value(kBytes, std::move(value));
}

std::vector<const char*> PgParameters::values() const {
    std::vector<const char*> pointers;
    pointers.reserve(values_.size());
    for (const Value& value : values_) {
        const std::string_view bytes = value.is_own ? std::string_view(value.own) : value.view;
        // An empty view may have no data, which libpq would take for NULL.
        pointers.push_back(value.is_null ? nullptr : bytes.empty() ? "" : bytes.data());
    }
    return pointers;
}

}  // namespace pipeline
