// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_events.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "common/base/duration_text.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "producer/sources/spool/spool_search.hpp"

namespace pipeline {
namespace {

constexpr std::uint32_t kEvents =
    IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;
constexpr std::chrono::seconds kWatchAgain{30};
constexpr std::chrono::seconds kForgottenWriter{60};
constexpr std::size_t kMostWriters = 4096;

}  // namespace

// Watches the open folder, even if its path leads elsewhere now.
void SpoolEvents::watch() {
    const bool is_first = watch_at_ == Clock::time_point{};
    watch_at_ = Clock::now() + kWatchAgain;
    try {
        inotify_.emplace(place_.fd(), place_.path(), kEvents);
    } catch (const Failure& failure) {
        listener_.watch_changed(false);
        if (!is_first) return;
        log(LogLevel::Warning, "{}; {} is looked through every {} instead", failure.what(), place_.name(),
            to_readable_text(SpoolSearch::kWithoutEvents));
        return;
    }
    listener_.watch_changed(true);
    listener_.files_were_missed();
    if (!is_first) log(LogLevel::Notice, "{}: new files are told of again", place_.name());
}

void SpoolEvents::take() {
    if (!inotify_) {
        if (Clock::now() >= watch_at_) watch();
        return;
    }
    bool is_lost = false;
    inotify_->drain([this, &is_lost](std::uint32_t mask, std::string_view name) {
        if ((mask & IN_IGNORED) != 0) is_lost = true;
        on_event(mask, name);
    });
    if (!is_lost) return;
    inotify_.reset();
    watch_at_ = {};
}

void SpoolEvents::on_event(std::uint32_t mask, std::string_view name) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
        forget_writers();  // their close events may be among the lost ones
        listener_.files_were_missed();
    }
    if ((mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0) listener_.folder_moved();
    const std::string file(name);
    if (name.empty() || (mask & IN_ISDIR) != 0 || !names_.takes(file.c_str())) return;
    if ((mask & (IN_MOVED_TO | IN_CLOSE_WRITE)) == 0) return on_created(file);
    being_written_.erase(file);
    listener_.file_came(file, (mask & IN_MOVED_TO) != 0 ? Arrival::Moved : Arrival::Closed);
}

// Handles a new name in the spool, by the file's status:
// - If it has another name too, a user has linked a complete file into the spool.
// - If its modification and change times differ, perhaps its other name was removed since, or its owner or
//   mode was changed. It may be incomplete, so it counts as found by a scan.
// - Otherwise a process has just created it and is writing it. Its close event will follow.
void SpoolEvents::on_created(const std::string& name) {
    struct stat status {};
    if (::fstatat(place_.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (status.st_nlink > 1) return listener_.file_came(name, Arrival::Moved);
    const bool is_as_written =
        status.st_mtim.tv_sec == status.st_ctim.tv_sec && status.st_mtim.tv_nsec == status.st_ctim.tv_nsec;
    if (!is_as_written) return listener_.file_came(name, Arrival::Found);
    if (being_written_.size() >= kMostWriters) forget_writers();
    being_written_.insert(name);
}

bool SpoolEvents::is_being_written(const std::string& name, const FileStatus& status,
                                   std::chrono::nanoseconds settle_time) {
    if (!being_written_.contains(name)) return false;
    const auto patience = std::max<std::chrono::nanoseconds>(kForgottenWriter, settle_time);
    if (until_settled(status.modified_ns, patience) != std::chrono::nanoseconds::zero()) return true;
    being_written_.erase(name);
    return false;
}

}  // namespace pipeline
