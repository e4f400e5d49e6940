// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/spool_cleaner.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/spool_files.hpp"

namespace pipeline {
namespace {

// Removes the file `name` of the folder if it is the one at `position`. A pipeline may give the name to
// another file at any moment: so the file gets a name of ours first, is looked at under that, and gets its
// name back if it is another one. A kill in between leaves it under our name, which begins with a dot and has
// its own behind.
bool remove_own(const std::filesystem::path& folder, const std::string& name, std::uint64_t position) {
    const auto path = folder / name;
    if (const auto file = look_for_file(path, position); !file || !file->is_the_one) return false;
    const auto ours = folder / (".pruning-" + name.substr(0, 200));
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, ours.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == ENOENT) return false;
        log(LogLevel::Warning, "{}: {}: remove it yourself", printable(path.native()), error_text(errno));
        return false;
    }
    const auto file = look_for_file(ours, position);
    if (file && file->is_the_one) {
        if (::unlink(ours.c_str()) == 0) return true;
        log(LogLevel::Warning, "{}: {}: remove it yourself", printable(ours.native()), error_text(errno));
        return false;
    }
    if (::renameat2(AT_FDCWD, ours.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0)
        log(LogLevel::Warning, "{}: {}: it was {}", printable(ours.native()), error_text(errno),
            printable(name));
    return false;
}

}  // namespace

const SpoolCleaner::Renamed& SpoolCleaner::renamed_in(const std::filesystem::path& folder) {
    const auto [at, is_new] = renamed_.try_emplace(folder);
    if (!is_new) return at->second;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().native();
        if (const auto tilde = name.rfind('~'); tilde != std::string::npos && tilde != 0)
            at->second.emplace(name.substr(0, tilde), name);
    }
    return at->second;
}

std::uint64_t SpoolCleaner::remove(std::string_view source, std::string_view id, std::uint64_t position) {
    const auto where = spool_name(source, id);
    if (!where) return 0;
    for (const char* outcome : {"booked", "rejected", "failed", "duplicates"}) {
        const auto folder = where->spool / outcome;
        if (remove_own(folder, where->name, position)) return 1;
        const auto [first, last] = renamed_in(folder).equal_range(where->name);
        for (auto each = first; each != last; ++each) {
            if (remove_own(folder, each->second, position)) return 1;
        }
    }
    return 0;
}

}  // namespace pipeline
