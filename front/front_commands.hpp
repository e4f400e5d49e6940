// SPDX-License-Identifier: Apache-2.0
// The commands of the front door: which program each one is, and the arguments that come before the user's.
#pragma once

#include <array>
#include <string_view>

namespace pipeline {

struct FrontCommand {
    std::string_view word;
    std::string_view program;
    std::array<std::string_view, 3> before;  // the empty ones are not passed
    std::string_view arguments;              // for people
    std::string_view help;
};

inline constexpr std::array<FrontCommand, 6> kFrontCommands{{
    {"run", "supervisor", {}, "OPTION... [-- COMMAND...]", "move invoices, until it is stopped or done"},
    {"status", "observer", {"--once"}, "[OPTION...]", "how a pipeline does now"},
    {"top", "observer", {}, "[OPTION...]", "the same on a screen that renews itself"},
    {"failed", "clerk", {"list", "--status", "failed"}, "[OPTION...]", "the failed invoices, and why"},
    {"retry", "clerk", {"retry"}, "ID... [OPTION...]", "give invoices again; or --status failed"},
    {"audit", "observer", {"--audit"}, "[OPTION...]", "whether every invoice is where it must be"},
}};

// The clerk's commands that the front door has not under that word.
inline constexpr std::array<std::string_view, 7> kCommandsOfClerk{"list",   "show", "cancel", "prune",
                                                                  "export", "head", "discard"};

}  // namespace pipeline
