// SPDX-License-Identifier: Apache-2.0
// Keeps every other process out as a supervisor does: first the lock of the name, in each directory where
// there may be one, then the generation lock.
#include "clerk/leftovers/discard.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "clerk/leftovers/leftovers.hpp"
#include "clerk/leftovers/loss.hpp"
#include "clerk/place/places.hpp"
#include "clerk/talk/question.hpp"
#include "common/base/error.hpp"
#include "common/base/output.hpp"
#include "common/core/segments/segments_view.hpp"
#include "common/shm/lock_note.hpp"
#include "common/shm/name_lock.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMostIds = 5;

NameLock take(const std::filesystem::path& directory, const std::string& name) {
    try {
        return {directory, name, std::chrono::milliseconds(0)};
    } catch (const NameInUse& in_use) {
        throw Failure(ExitStatus::NotDrained,
                      fmt::format("the pipeline '{}' runs: its supervisor has pid {}; stop it first", name,
                                  in_use.pid()));
    }
}

// Takes the locks of the name that exist and are this user's. A supervisor that makes another one now is kept
// out of the leftovers by the generation lock.
std::vector<NameLock> keep_supervisors_out(const ClerkOptions& options) {
    std::vector<std::filesystem::path> directories = options.lock_dirs;
    std::sort(directories.begin(), directories.end());
    directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
    std::vector<NameLock> locks;
    for (const auto& directory : directories) {
        if (::access(lock_file(directory, options.name).c_str(), R_OK | W_OK) == 0)
            locks.push_back(take(directory, options.name));
    }
    return locks;
}

// Returns the lines that say what is lost. Damaged segments are discarded, too: nobody can go on with them.
std::string tell(const Leftovers& leftovers) {
    const std::string path = segment_path(leftovers.name());
    std::string why = fmt::format("{}.ring is missing", path);
    try {
        if (const auto segments = SegmentsView::open(leftovers.name()))
            return loss_text(path, loss_of(*segments, kMostIds));
    } catch (const Failure& failure) {
        why = failure.what();
    }
    return fmt::format(
        "{}.* cannot be read: {}\n  it is unknown how many invoices in them are not in the ledger\n", path,
        why);
}

}  // namespace

ExitStatus discard_leftovers(const ClerkOptions& options) {
    const std::vector<NameLock> locks = keep_supervisors_out(options);
    const std::string name = segments_name(options);
    const auto leftovers = Leftovers::find(name);
    if (!leftovers) {
        print_output(fmt::format("nothing to discard: there is no {}.*\n", segment_path(name)));
        return ExitStatus::Drained;
    }
    if (!is_agreed(tell(*leftovers), options.yes)) {
        print_output("nothing was changed\n");
        return ExitStatus::NotDrained;
    }
    leftovers->remove();
    print_output(fmt::format("{}.* are removed\n", segment_path(name)));
    return ExitStatus::Drained;
}

}  // namespace pipeline
