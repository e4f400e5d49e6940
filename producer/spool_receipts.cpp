// SPDX-License-Identifier: Apache-2.0
#include "producer/spool_receipts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <utility>

#include "common/error.hpp"
#include "common/file_identity.hpp"
#include "common/log.hpp"
#include "common/shortage.hpp"

namespace pipeline {
namespace {

constexpr std::array kOutcomes{Outcome::Booked, Outcome::Rejected, Outcome::Failed, Outcome::Duplicate};
// At most this many files are tried again at a time, so that receipts and new files have their turn too.
constexpr std::size_t kRetryBatch = 256;
// Names that are tried for one file. More than two are only needed if someone makes them up.
constexpr unsigned kMostNames = 1000;

std::string path_in(Outcome outcome, std::string_view name) {
    return fmt::format("{}/{}", to_text(outcome), name);
}

// `name` and `suffix`, as much of the name as fits.
std::string with_suffix(const std::string& name, const std::string& suffix) {
    return name.substr(0, NAME_MAX - suffix.size()) + suffix;
}

}  // namespace

SpoolReceipts::SpoolReceipts(int folder_fd, std::string folder, Limits limits, bool bare_inodes)
    : folder_fd_(folder_fd), folder_(std::move(folder)), limits_(limits), bare_inodes_(bare_inodes) {
    struct stat spool {};
    if (::fstat(folder_fd, &spool) != 0) {
        throw system_failure(ExitStatus::NoInput, "fstat", folder_, errno);
    }
    if (::faccessat(folder_fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        throw system_failure(ExitStatus::CannotCreate, "access", folder_, errno,
                             "what is done is moved out of the spool folder, so it must be writable");
    }
    for (const Outcome outcome : kOutcomes) {
        const std::string path = fmt::format("{}/{}", folder_, to_text(outcome));
        if (const int error = make_folder(outcome); error != 0) {
            throw system_failure(ExitStatus::CannotCreate, "mkdir", path, error,
                                 is_shortage(error) ? "" : "what is done is moved into this folder");
        }
        struct stat status {};
        if (::fstatat(folder_fd, path_in(outcome, ".").c_str(), &status, 0) != 0) {
            throw system_failure(
                ExitStatus::CannotCreate, "stat", path, errno,
                errno == ENOTDIR ? "a folder of this name is needed: move the file away" : "");
        }
        if (status.st_dev != spool.st_dev) {
            throw Failure(ExitStatus::CannotCreate,
                          path + ": is on another file system than the spool; files cannot be moved there");
        }
        if (::faccessat(folder_fd, path_in(outcome, ".").c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
            throw system_failure(ExitStatus::CannotCreate, "access", path, errno,
                                 "what is done is moved into this folder, so it must be writable");
        }
    }
}

SpoolReceipts::~SpoolReceipts() {
    if (kept_.empty()) return;
    log(LogLevel::Warning,
        "spool:{}: {} files that are in the ledger could not be moved and stay; the next start tries again",
        folder_, kept_.size());
}

int SpoolReceipts::make_folder(Outcome outcome) const {
    const std::string name(to_text(outcome));
    return ::mkdirat(folder_fd_, name.c_str(), 0777) == 0 || errno == EEXIST ? 0 : errno;
}

Move SpoolReceipts::move(const std::string& name, std::uint64_t position, Outcome outcome) {
    const KeptFile file{name, position, outcome};
    int error = 0;
    const Move result = try_move(file, error);
    if (result == Move::Kept) {
        report(file, error);
        keep(file);
    }
    return result;
}

Move SpoolReceipts::try_move(const KeptFile& file, int& error) {
    const auto status = look_at(folder_fd_, file.name.c_str());
    if (!status) {
        error = errno;
        return error == ENOENT ? Move::Gone : Move::Kept;
    }
    if (!status->identity.is_at(file.position, bare_inodes_)) return Move::Gone;

    std::string target;
    error = rename_to_free_name(file, status->identity.inode, target);
    if (error == ENOENT) {
        // The file was there a moment ago: it is the outcome's folder that someone has removed.
        error = make_folder(file.outcome);
        if (error == 0) error = rename_to_free_name(file, status->identity.inode, target);
        if (error == ENOENT) return Move::Gone;
    }
    if (error != 0) return Move::Kept;

    // Someone may have replaced the file between the look and the rename. Then a new invoice was moved:
    // it goes back, and its arrival is noticed as any other.
    const auto moved = look_at(folder_fd_, target.c_str());
    if (moved && moved->identity != status->identity) {
        const std::string changed = with_suffix(file.name, fmt::format("~{}", moved->identity.inode));
        if (::renameat2(folder_fd_, target.c_str(), folder_fd_, file.name.c_str(), RENAME_NOREPLACE) != 0 &&
            ::renameat2(folder_fd_, target.c_str(), folder_fd_, changed.c_str(), RENAME_NOREPLACE) != 0) {
            log(LogLevel::Error,
                "spool:{}: {} is a new invoice and could not be moved back ({}); do it by hand", folder_,
                target, error_text(errno));
        }
        return Move::Gone;
    }
    last_moved_ = *status;
    return status->links > 1 ? Move::DoneOneName : Move::Done;
}

int SpoolReceipts::rename_to_free_name(const KeptFile& file, std::uint64_t inode, std::string& target) {
    std::string name = file.name;
    for (unsigned i = 0; i < kMostNames; ++i) {
        target = path_in(file.outcome, name);
        if (::renameat2(folder_fd_, file.name.c_str(), folder_fd_, target.c_str(), RENAME_NOREPLACE) == 0) {
            return 0;
        }
        if (errno != EEXIST) return errno;
        name = with_suffix(file.name, i == 0 ? fmt::format("~{}", inode) : fmt::format("~{}.{}", inode, i));
    }
    return EEXIST;
}

void SpoolReceipts::report(const KeptFile& file, int error) {
    if (!reported_.insert(error).second) return;
    log(LogLevel::Warning,
        "spool:{}: cannot move {} to {}: {}{}; it is tried again, and more files with this cause are not "
        "reported",
        folder_, file.name, to_text(file.outcome), error_text(error),
        error == EINVAL ? " (the file system knows no RENAME_NOREPLACE)" : "");
}

void SpoolReceipts::keep(const KeptFile& file) {
    if (kept_.empty()) retry_at_ = Clock::now() + limits_.retry_after;
    kept_.push_back(file);
    if (has_room() || !reported_.insert(0).second) return;
    log(LogLevel::Warning,
        "spool:{}: {} files could not be moved; no more are taken until some of them can be", folder_,
        kept_.size());
}

std::vector<SpoolReceipts::Finished> SpoolReceipts::retry() {
    std::vector<Finished> finished;
    if (kept_.empty() || Clock::now() < retry_at_) return finished;
    bool can_move = true;
    for (std::size_t left = std::min(kept_.size(), kRetryBatch); left > 0; --left) {
        KeptFile file = std::move(kept_.front());
        kept_.pop_front();
        int error = 0;
        const Move result = try_move(file, error);
        if (result == Move::Kept) {
            report(file, error);
            kept_.push_back(std::move(file));
            can_move = false;
        } else {
            finished.push_back({file.position, result});
        }
    }
    // Once the cause is gone, the next ones need not wait: the pipeline may be waiting for room.
    if (!can_move) retry_at_ = Clock::now() + limits_.retry_after;
    if (kept_.empty()) {
        log(LogLevel::Notice, "spool:{}: the files that could not be moved have been moved", folder_);
        reported_.clear();
    }
    return finished;
}

}  // namespace pipeline
