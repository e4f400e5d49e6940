// SPDX-License-Identifier: Apache-2.0
// The parameters of one statement, in PostgreSQL's binary formats
// (https://www.postgresql.org/docs/15/protocol-overview.html, "Formats and Format Codes"; an array is its
// number of dimensions, whether it has NULLs, its type, its length and lower bound, and each element with its
// length before it).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"

namespace pipeline {

// One column of many rows: an array of integers (int8), texts or bytes.
class PgArray {
  public:
    enum class Type : std::uint8_t { Integer, Text, Bytes };
    explicit PgArray(Type type) : type_(type) { clear(); }

    void clear();
    void add(std::int64_t value);
    void add(std::string_view text);  // a text or bytes
    void add_null();
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] Type type() const noexcept { return type_; }
    // Returns the array in the binary format; valid until it changes.
    [[nodiscard]] std::string_view bytes();

  private:
    Type type_;
    std::string bytes_;
    std::uint32_t count_ = 0;
    bool has_nulls_ = false;
};

class PgParameters {
  public:
    // Each adds a parameter, and returns this object. Views and arrays must stay as they are until the
    // statement is sent.
    PgParameters& add(std::int64_t value);
    PgParameters& add(std::uint64_t value) { return add(static_cast<std::int64_t>(value)); }
    PgParameters& add(std::string_view text);
    PgParameters& add_bytes(std::string_view bytes);
    PgParameters& add(const Digest& digest);
    PgParameters& add_own(std::string text);  // keeps the text itself
    PgParameters& add(PgArray& array);
    PgParameters& add_null_integer();
    PgParameters& add_null_text();
    PgParameters& add_null_bytes();

    [[nodiscard]] int count() const noexcept { return static_cast<int>(types_.size()); }
    [[nodiscard]] const std::uint32_t* types() const noexcept { return types_.data(); }
    // Returns the values as libpq wants them; null pointers for NULL.
    [[nodiscard]] std::vector<const char*> values() const;
    [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }

  private:
    struct Value {
        std::string own;  // of an integer
        std::string_view view;
        bool is_own = false;
        bool is_null = false;
    };
    PgParameters& add_value(std::uint32_t type, Value value);

    std::vector<std::uint32_t> types_;
    std::vector<Value> values_;
    std::vector<int> lengths_;
};

}  // namespace pipeline
