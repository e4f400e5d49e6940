// SPDX-License-Identifier: Apache-2.0
// Makes a rule set of Landlock (landlock(7)) that keeps a program from reading and writing some files. A rule
// of Landlock can only allow: it says what a process may do below a folder. So the rules allow everything
// that lies beside the closed files, from the root down. A file that appears later in a folder above a closed
// file has no rule, and so is closed as well.
//
// The kernel also keeps a confined process from looking into processes outside (their memory, environment and
// open files in /proc) and, since Linux 6.12, from sending them signals.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/base/fd.hpp"

namespace pipeline {

struct ConfinementPlan {
    // Absolute paths of files and folders. Each file is closed together with its companions, whose names are
    // its name, '-' and more (a database's log); each folder with everything in it. A path need not exist.
    std::vector<std::filesystem::path> closed;
    bool may_write = true;  // true: it may write all other files; false: none, and it may not use TCP
};

// One rule: the program may read this file or everything below this folder, or also write it.
struct ConfinementRule {
    std::filesystem::path path;
    bool may_write;
};
// Returns rules for everything beside the closed paths. Leaves out symbolic links: their targets have rules
// of their own. If a folder above a closed path cannot be listed, its entries get no rules, and so are
// closed. /proc is read-only.
[[nodiscard]] std::vector<ConfinementRule> confinement_rules(const ConfinementPlan& plan);

// Returns the version of the kernel's Landlock, at least 1. Returns 0, with errno, if the kernel has none or
// a filter forbids the call. Version 3 (Linux 6.2) can also keep a program from truncating closed files,
// version 6 (Linux 6.12) from sending signals.
[[nodiscard]] int landlock_version() noexcept;

// Makes the rule set for enter_confinement(). Throws Failure: Configuration if the kernel has no Landlock,
// InputOutput if the kernel refuses the rules.
[[nodiscard]] UniqueFd make_rule_set(const ConfinementPlan& plan);

// Confines the calling process and its later children for ever; call it before exec. The process also gives
// up new privileges: setuid programs run without theirs. Async-signal-safe. Returns false, with errno, if it
// fails.
[[nodiscard]] bool enter_confinement(int rule_set) noexcept;

}  // namespace pipeline
