// SPDX-License-Identifier: Apache-2.0
#include "producer/spool_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <iterator>

#include "common/error.hpp"
#include "common/log.hpp"
#include "producer/readiness.hpp"
#include "producer/spool_scan.hpp"

namespace pipeline {
namespace {

UniqueFd open_spool(const std::string& folder) {
    UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        const char* advice = errno == ENOENT    ? "create it, or name another spool folder"
                             : errno == ENOTDIR ? "a spool is a folder; a list of ids is lines:FILE"
                                                : "the spool folder must be readable";
        throw system_failure(ExitStatus::NoInput, "open", "spool:" + folder, errno, advice);
    }
    if (::faccessat(fd.get(), ".", X_OK, AT_EACCESS) != 0) {
        throw system_failure(ExitStatus::NoInput, "access", "spool:" + folder, errno,
                             "the spool folder must be searchable");
    }
    return fd;
}

constexpr std::uint32_t kEvents =
    IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;

}  // namespace

// The watch is set before the first look: a file that comes in between is seen twice, never missed.
SpoolSource::SpoolSource(const std::filesystem::path& folder, const Resume& resume, Limits limits,
                         const SourceContext& context)
    : folder_(folder.string()),
      limits_(limits),
      folder_fd_(open_spool(folder_)),
      report_(context.report),
      receipts_(folder_fd_.get(), folder_, limits.receipts, resume.bare_inodes),
      events_(folder_, kEvents),
      in_flight_(resume.in_flight),
      bare_inodes_(resume.bare_inodes),
      acquired_(resume.acquired) {
    require_same_folder(resume.source_file);
    look_again();
}

// What is in flight was acquired from the folder that the path led to then, and consumers read no other one.
void SpoolSource::require_same_folder(const FileIdentity& expected) const {
    const auto opened = look_at(folder_fd_.get(), "");
    if (!opened || expected == FileIdentity{} || opened->identity == expected) return;
    throw Failure(
        ExitStatus::NoInput,
        "spool:" + folder_ +
            ": is another folder than at the start (renamed, a link changed, or a file system mounted "
            "over it); start again to go on with it");
}

// The position by which the file is in the pipeline; none: it is not.
std::optional<std::uint64_t> SpoolSource::position_in_flight(const FileIdentity& file) const {
    if (in_flight_.contains(file.position())) return file.position();
    if (bare_inodes_ && in_flight_.contains(file.inode)) return file.inode;
    return std::nullopt;
}

void SpoolSource::look_again() {
    look_again_ = false;
    SpoolScan scan = scan_spool(folder_fd_.get(), folder_, limits_.waiting,
                                [this](const FileIdentity& file, std::string_view name) {
                                    const auto position = position_in_flight(file);
                                    if (!position) return false;
                                    // In flight since before a restart: its name must be found again.
                                    if (!is_usable_id(name)) odd_names_.try_emplace(*position, name);
                                    return true;
                                });
    waiting_.assign(std::move_iterator(scan.names.begin()), std::move_iterator(scan.names.end()));
    more_ = !scan.complete;
    if (more_) look_again_ = true;
}

void SpoolSource::on_event(std::uint32_t mask, std::string_view name) {
    if ((mask & IN_Q_OVERFLOW) != 0) look_again_ = more_ = true;
    if ((mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED)) != 0) moved_away_ = true;
    if (name.empty() || (mask & IN_ISDIR) != 0 || is_hidden(name)) return;
    if ((mask & (IN_MOVED_TO | IN_CLOSE_WRITE)) == 0) {
        // A file was created. With a second name it is a link to a file that is complete; any other is
        // still being written, and closing it will tell.
        struct stat status {};
        if (::fstatat(folder_fd_.get(), std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            status.st_nlink < 2) {
            return;
        }
    }
    if (waiting_.size() < limits_.waiting) {
        waiting_.emplace_back(name);
    } else {
        look_again_ = more_ = true;
    }
}

void SpoolSource::take_events() {
    events_.drain([this](std::uint32_t mask, std::string_view name) { on_event(mask, name); });
    if (moved_away_) {
        throw Failure(ExitStatus::NoInput,
                      "spool:" + folder_ + ": was renamed or removed; put it back and start again");
    }
}

void SpoolSource::check_still_there() const {
    // inotify does not tell of the removal of a folder that is open.
    struct stat status {};
    if (::fstat(folder_fd_.get(), &status) != 0 || status.st_nlink == 0) {
        throw Failure(ExitStatus::NoInput, "spool:" + folder_ + ": was removed; create it and start again");
    }
}

std::size_t SpoolSource::acquire(std::span<Item> items) {
    retry();
    if (stopped_) return 0;
    take_events();
    std::size_t count = 0;
    bool looked = false;
    while (count < items.size()) {
        if (waiting_.empty()) {
            if (looked || !look_again_) break;
            check_still_there();
            look_again();
            looked = true;
            continue;
        }
        if (!receipts_.has_room()) break;
        const std::string name = std::move(waiting_.front());
        waiting_.pop_front();
        if (give(name, items[count])) ++count;
    }
    if (count == 0) check_still_there();
    acquired_ += count;
    return count;
}

bool SpoolSource::give(const std::string& name, Item& item) {
    const auto status = look_at(folder_fd_.get(), name.c_str());
    if (!status) {
        if (errno != ENOENT) {
            throw system_failure(ExitStatus::NoInput, "stat", folder_ + "/" + name, errno);
        }
        // Taken away, or never there under this name: a file made with O_TMPFILE and linked into the
        // folder is told of, when it is closed, by a name that it does not have.
        look_again_ = true;
        return false;
    }
    if (!S_ISREG(status->mode) || position_in_flight(status->identity)) return false;
    const std::uint64_t position = status->identity.position();
    in_flight_.insert(position);
    item.position.store(position, std::memory_order_relaxed);
    item.extent.store(0, std::memory_order_relaxed);
    item.set_id(name);
    if (item.id_unusable()) odd_names_.insert_or_assign(position, name);
    return true;
}

bool SpoolSource::exhausted() const {
    return stopped_ || (waiting_.empty() && !look_again_ && !is_readable(events_.fd()));
}

void SpoolSource::wait(int signal_fd, std::chrono::milliseconds bound) {
    if (retry()) return;
    if (stopped_ || !receipts_.has_room()) {
        wait_readable(-1, signal_fd, bound);
    } else if (waiting_.empty() && !look_again_) {
        wait_readable(events_.fd(), signal_fd, bound);
    }
}

void SpoolSource::acknowledge(const Record& record) {
    retry();
    std::string name(record.id_text());
    if (record.id_unusable()) {
        const auto known = odd_names_.find(record.position);
        if (known == odd_names_.end()) {  // acknowledged before a kill, or renamed since
            finish(record.position, Move::Gone);
            return;
        }
        name = known->second;
    }
    const Move move = receipts_.move(name, record.position, record.outcome);
    if (move == Move::Gone) {
        log(LogLevel::Debug, "spool:{}: {} (position {}) is not there any more; nothing to move", folder_,
            name, record.position);
    }
    finish(record.position, move);
}

void SpoolSource::finish(std::uint64_t position, Move move) {
    if (move == Move::Kept) return;
    in_flight_.erase(position);
    odd_names_.erase(position);
    // The file may be in the folder under another name (renamed or linked), which was passed over as long as
    // it was in flight; or another file has taken its name.
    if (move != Move::Done) look_again_ = true;
}

bool SpoolSource::retry() {
    const auto all_finished = receipts_.retry();
    for (const auto& finished : all_finished) finish(finished.position, finished.move);
    return !all_finished.empty();
}

std::optional<std::uint64_t> SpoolSource::expected() const {
    if (more_) return std::nullopt;
    return acquired_ + waiting_.size();
}

}  // namespace pipeline
