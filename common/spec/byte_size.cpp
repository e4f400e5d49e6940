// SPDX-License-Identifier: Apache-2.0
#include "common/spec/byte_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace pipeline {
namespace {

struct Unit {
    std::string_view name;
    unsigned shift;
};
constexpr std::array<Unit, 3> kUnits = {{{"GiB", 30}, {"MiB", 20}, {"KiB", 10}}};

std::optional<std::uint64_t> read(std::string_view text) noexcept {
    if (text == "0") return 0;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    const auto unit =
        std::find_if(kUnits.begin(), kUnits.end(), [name](const Unit& one) { return one.name == name; });
    if (unit == kUnits.end() || number > (UINT64_MAX >> unit->shift)) return std::nullopt;
    return number << unit->shift;
}

// Returns what is accepted.
std::string accepted(std::uint64_t least, std::uint64_t most) {
    return fmt::format("a size from {} to {} is accepted, with a unit (KiB, MiB or GiB)",
                       byte_size_text(least), byte_size_text(most));
}

bool is_within(const std::optional<std::uint64_t>& bytes, std::uint64_t least, std::uint64_t most) noexcept {
    return bytes && *bytes >= least && *bytes <= most;
}

}  // namespace

std::uint64_t parse_byte_size(std::string_view text, std::uint64_t least, std::uint64_t most) {
    const auto bytes = read(text);
    if (bytes != 0U && !is_within(bytes, least, most))
        throw std::invalid_argument("0 (no limit) or " + accepted(least, most));
    return *bytes;
}

std::uint64_t parse_byte_count(std::string_view text, std::uint64_t least, std::uint64_t most) {
    const auto bytes = read(text);
    if (!is_within(bytes, least, most)) throw std::invalid_argument(accepted(least, most));
    return *bytes;
}

std::string byte_size_text(std::uint64_t bytes) {
    if (bytes == 0) return "0";
    const auto unit = std::find_if(kUnits.begin(), kUnits.end() - 1, [bytes](const Unit& one) {
        return bytes % (std::uint64_t{1} << one.shift) == 0;
    });
    return fmt::format("{}{}", bytes >> unit->shift, unit->name);
}

}  // namespace pipeline
