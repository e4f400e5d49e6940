// SPDX-License-Identifier: Apache-2.0
// The numbers that the views show of a pipeline, its ledger and its source. Each has one row: its names, its
// meaning, and how to read it from an observation. JSON, Prometheus, text and the web page come from these
// rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "observer/see/observation.hpp"

namespace pipeline {

struct Number {
    using Value = std::variant<std::monostate, bool, std::uint64_t, double, std::string>;  // monostate: none
    enum class Type : std::uint8_t { Counter, Gauge };

    // The number's place in the JSON: the object and the key in it. If `object` is null, the number is not in
    // the JSON.
    const char* object = nullptr;
    const char* key = nullptr;
    // The metric's name without its prefix; null: the number is only in the JSON. Rows of one metric follow
    // each other, each with another label.
    const char* metric = nullptr;
    Type type = Type::Gauge;
    const char* help = nullptr;
    struct Label {
        const char* name = nullptr;
        const char* value = nullptr;
    } label = {};
    bool is_left_out = false;  // if there is no value: true leaves the metric out, false makes it 0
    // The words for a count that text and page show while it is not 0: "3 files not moved yet".
    struct Words {
        const char* one = nullptr;   // "file"
        const char* more = nullptr;  // "files"
        const char* after = "";      // " not moved yet"
    } words = {};
    Value (*read)(const Observation& now) = nullptr;
};

enum class Subject : std::uint8_t { Flow, Ledger, Source };

// Returns the numbers of a subject, in the order in which JSON and Prometheus show them.
[[nodiscard]] std::span<const Number> numbers_of(Subject subject) noexcept;

// Returns the value for Prometheus; 0 if `value` is no number and no bool.
[[nodiscard]] double as_double(const Number::Value& value) noexcept;
// Returns a text like "3 files not moved yet"; empty if the number has no words or is 0.
[[nodiscard]] std::string in_words(const Number& number, const Observation& now);

}  // namespace pipeline
