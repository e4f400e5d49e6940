// SPDX-License-Identifier: Apache-2.0
// Makes a rule set of Landlock (landlock(7)) that keeps a program from reading and writing some files: the
// closed paths. A rule of Landlock can only allow: it says what a process may do with a file, or in a folder
// and all below it. So no folder on the way from the root to a closed path has a rule, but everything else in
// such a folder has one. A file that is made in such a folder later has no rule: the program cannot use it
// either.
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
    // Absolute paths of the files and folders that the program must not read or write. A file's path also
    // closes its companions, whose names begin with its name and '-' (a database's log). A folder's path
    // closes everything in it. A path need not exist.
    std::vector<std::filesystem::path> closed;
    bool may_write = true;  // true: the program may write all other files; false: no file, and no TCP
};

// One rule: the program may read this file, or everything below this folder. If `may_write`, it may also
// write there.
struct ConfinementRule {
    std::filesystem::path path;
    bool may_write;
};
// Returns rules that allow everything but the closed paths. Symbolic links get no rules: their targets have
// rules of their own. If a folder above a closed path cannot be listed, its entries get no rules, so the
// program cannot use them. The rule for /proc only allows reading.
[[nodiscard]] std::vector<ConfinementRule> confinement_rules(const ConfinementPlan& plan);

// Returns the version of the kernel's Landlock, at least 1. Returns 0, with errno, if the kernel has none or
// a filter of system calls forbids the call. Since version 3 (Linux 6.2), Landlock can also keep a program
// from truncating closed files, and since version 6 (Linux 6.12), from sending signals.
[[nodiscard]] int landlock_version() noexcept;

// Makes the rule set for enter_confinement(). Throws Failure: Configuration if the kernel has no Landlock,
// InputOutput if the kernel refuses the rules.
[[nodiscard]] UniqueFd make_rule_set(const ConfinementPlan& plan);

// Confines the calling process and its later children for ever; call it before exec. The process can also
// gain no new privileges: setuid programs run without theirs. Async-signal-safe. Returns false, with errno,
// if it fails.
[[nodiscard]] bool enter_confinement(int rule_set) noexcept;

}  // namespace pipeline
