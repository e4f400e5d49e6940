// SPDX-License-Identifier: Apache-2.0
// The clerk's commands.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pipeline {

enum class ClerkCommand : std::uint8_t { List, Show, Retry, Cancel, Prune, Export, Head, Discard };

struct ClerkCommandTraits {
    std::string_view word;
    std::string_view arguments;  // for people
    std::string_view help;
    std::size_t most_ids;  // how many ids it takes
    bool selects;          // takes --status, --reason and --since
};

inline constexpr std::size_t kMostIds = 1'000'000;

// In the order of ClerkCommand.
inline constexpr std::array<ClerkCommandTraits, 8> kClerkCommands{{
    {"list", "", "what is not booked, the newest first", 0, true},
    {"show", "ID", "everything that is known of an invoice", 1, false},
    {"retry", "ID...", "give invoices again; or all of a --status", kMostIds, true},
    {"cancel", "ID...", "do not give again what waits: it is failed", kMostIds, false},
    {"prune", "", "remove old rows; ids stay unique, and the audit right", 0, false},
    {"export", "", "all rows, as csv or JSON lines", 0, true},
    {"head", "", "heads, to prove later that no row was changed", 0, false},
    {"discard", "", "remove what a pipeline has left in shared memory", 0, false},
}};

[[nodiscard]] constexpr const ClerkCommandTraits& traits_of(ClerkCommand command) noexcept {
    return kClerkCommands[static_cast<std::size_t>(command)];
}
// Returns the command that is called `word`; none if there is none.
[[nodiscard]] constexpr std::optional<ClerkCommand> clerk_command_of(std::string_view word) noexcept {
    for (std::size_t i = 0; i < kClerkCommands.size(); ++i) {
        if (kClerkCommands[i].word == word) return static_cast<ClerkCommand>(i);
    }
    return std::nullopt;
}

}  // namespace pipeline
