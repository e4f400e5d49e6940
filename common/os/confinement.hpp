// SPDX-License-Identifier: Apache-2.0
// A rule set of Landlock (landlock(7)) that keeps a program from some files. Landlock knows only what a
// process may do, below which folder. So the rules name everything that lies beside the closed files, from
// the root down: what appears there later, in a folder on the way to a closed file, is closed too.
//
// The kernel adds that a confined process cannot look into processes outside (their memory, environment and
// open files in /proc), nor, since Linux 6.12, send them signals.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/base/fd.hpp"

namespace pipeline {

struct ConfinementPlan {
    // Absolute paths. A file is closed together with all that is named like it and goes on with '-' (a
    // database's log); a folder with everything in it. A path need not exist.
    std::vector<std::filesystem::path> closed;
    bool may_write = true;  // elsewhere; without it, it may make no TCP connection either
};

// One rule: what may be done with this file, or below this folder.
struct ConfinementRule {
    std::filesystem::path path;
    bool may_write;
};
// Everything beside the closed paths, without links (they lead to what has a rule of its own). Folders on the
// way to them that cannot be listed give no rules. /proc is for reading only.
[[nodiscard]] std::vector<ConfinementRule> confinement_rules(const ConfinementPlan& plan);

// The version of the kernel's Landlock, at least 1; 0 if it has none or a filter forbids it, and errno says
// why. Version 3 (Linux 6.2) keeps from truncating closed files, 6 (Linux 6.12) from sending signals.
[[nodiscard]] int landlock_version() noexcept;

// Makes the rule set, which a new process enters. Throws Failure Configuration if the kernel has no Landlock,
// InputOutput if it refuses the rules.
[[nodiscard]] UniqueFd make_rule_set(const ConfinementPlan& plan);

// In the process to be confined, before its exec; it and its children can never leave. It also gives up new
// privileges: setuid programs run without them. Async-signal-safe. False, with errno, if it fails.
[[nodiscard]] bool enter_confinement(int rule_set) noexcept;

}  // namespace pipeline
