// SPDX-License-Identifier: Apache-2.0
// How many invoices of a source an SQLite ledger knows.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace pipeline {

// Returns the number of the source's invoices that all runs together have acquired and recorded. Reads one
// row. Returns none if the ledger at `path` does not know the source, or cannot be read within `patience`.
[[nodiscard]] std::optional<std::uint64_t> read_acquired_count(
    const std::filesystem::path& path, std::string_view source,
    std::chrono::milliseconds patience = std::chrono::seconds(1));

// Returns how many of the source's invoices wait, or `most`, if they are more. Returns none if the ledger
// cannot be read within `patience`.
[[nodiscard]] std::optional<std::uint64_t> read_waiting_count(
    const std::filesystem::path& path, std::string_view source, std::uint64_t most,
    std::chrono::milliseconds patience = std::chrono::seconds(1));

}  // namespace pipeline
