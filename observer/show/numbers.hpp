// SPDX-License-Identifier: Apache-2.0
// The numbers that the views give of a pipeline, its ledger and its source: one row each, which says what it
// is called, what it means and how it is read from an observation. JSON, Prometheus, text and the web page
// come from these rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "observer/see/observation.hpp"

namespace pipeline {

struct Number {
    using Value = std::variant<std::monostate, bool, std::uint64_t, double, std::string>;  // the first: none
    enum class Type : std::uint8_t { Counter, Gauge };

    // Where it is in the JSON: {object, key}. Without an object: only a metric.
    const char* object = nullptr;
    const char* key = nullptr;
    // The metric's name without its prefix; null: only in the JSON. Rows of one metric follow each other,
    // each with another label.
    const char* metric = nullptr;
    Type type = Type::Gauge;
    const char* help = nullptr;
    struct Label {
        const char* name = nullptr;
        const char* value = nullptr;
    } label = {};
    bool is_left_out = false;  // when it is none; otherwise the metric is 0 then
    // A count that text and page show while it is not 0: "3 files not moved yet".
    struct Words {
        const char* one = nullptr;   // "file"
        const char* more = nullptr;  // "files"
        const char* after = "";      // " not moved yet"
    } words = {};
    Value (*read)(const Observation& now) = nullptr;
};

enum class Subject : std::uint8_t { Flow, Ledger, Source };

// In the order in which JSON and Prometheus have them.
[[nodiscard]] std::span<const Number> numbers_of(Subject subject) noexcept;

// As Prometheus wants it: 0 for none.
[[nodiscard]] double as_double(const Number::Value& value) noexcept;
// "3 files not moved yet"; empty if the number has no words or is 0.
[[nodiscard]] std::string in_words(const Number& number, const Observation& now);

}  // namespace pipeline
