// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/outcome_folders.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/passing_error.hpp"
#include "common/base/printable.hpp"
#include "producer/sources/folder_entries.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kMoving = ".moving";
constexpr mode_t kOurs = 0700;
constexpr mode_t kByUmask = 0777;

FileStatus status_of(int fd, const std::string& path) {
    const auto status = look_at(fd, "");
    if (!status) throw system_failure(ExitStatus::CannotCreate, "stat", path, errno);
    return *status;
}

// True if this process can move other users' files out of another user's sticky folder.
bool may_move_any_file() noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return ::geteuid() == 0;
    return (sets[0].effective & (1U << CAP_FOWNER)) != 0;
}

// Throws Failure if other users' files cannot be moved out of the spool. probe_spool() cannot test that,
// because its test file belongs to this user.
void require_movable_files(const FileStatus& spool, const std::string& path) {
    if ((spool.mode & S_ISVTX) == 0 || spool.owner == ::geteuid() || may_move_any_file()) return;
    throw Failure(
        ExitStatus::CannotCreate,
        fmt::format("{}: is sticky and belongs to user {}: files that other users hand over could not be "
                    "moved out of it; give the folder to user {} (chown), or take the sticky bit away "
                    "(chmod -t)",
                    printable(path), spool.owner, ::geteuid()));
}

void require_writable(int in_fd, const std::string& name, const std::string& path, const char* advice) {
    if (::faccessat(in_fd, name.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
    throw system_failure(ExitStatus::CannotCreate, "access", path, errno, advice);
}

}  // namespace

OutcomeFolders::OutcomeFolders(int spool_fd, std::string spool)
    : spool_fd_(spool_fd), spool_(std::move(spool)) {
    const FileStatus status = status_of(spool_fd, spool_);
    spool_owner_ = status.owner;
    require_writable(spool_fd, ".", spool_,
                     "what is done is moved out of the spool folder, so it must be writable");
    require_movable_files(status, spool_);
    for (const Outcome outcome : kOutcomes) pair(outcome).done = open_done(outcome);
    moving_ = open_moving();
    for (const Outcome outcome : kOutcomes) pair(outcome).moving = open_moving(outcome);
}

OutcomeFolders::Folder OutcomeFolders::open(int in_fd, const std::string& name, mode_t mode,
                                            const std::string& path) const {
    if (::mkdirat(in_fd, name.c_str(), mode) != 0 && errno != EEXIST) {
        throw system_failure(ExitStatus::CannotCreate, "mkdir", path, errno,
                             is_shortage(errno) ? "" : "what is done is moved into this folder");
    }
    Folder folder;
    folder.fd.reset(::openat(in_fd, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder.fd) {
        const int error = errno;
        const auto there = look_at(in_fd, name.c_str());
        const bool link = there && S_ISLNK(there->mode);
        throw system_failure(ExitStatus::CannotCreate, "open", path, error,
                             link               ? "it is a symbolic link, which is not followed: remove it"
                             : error == ENOTDIR ? "a folder of this name is needed: move the file away"
                                                : "");
    }
    const FileStatus status = status_of(folder.fd.get(), path);
    folder.identity = status.identity;
    if (status.owner != ::geteuid() && status.owner != 0 && status.owner != spool_owner_) {
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("{}: belongs to user {}, not to user {} or the spool's owner, who could take "
                        "invoices out of it: move it away, or give it to this user (chown)",
                        printable(path), status.owner, ::geteuid()));
    }
    require_writable(folder.fd.get(), ".", path,
                     "what is done is moved into this folder, so it must be writable");
    return folder;
}

OutcomeFolders::Folder OutcomeFolders::open_moving() const {
    return open(spool_fd_, std::string(kMoving), kOurs, fmt::format("{}/{}", spool_, kMoving));
}

OutcomeFolders::Folder OutcomeFolders::open_moving(Outcome outcome) const {
    const std::string name(to_text(outcome));
    return open(moving_.fd.get(), name, kOurs, fmt::format("{}/{}/{}", spool_, kMoving, name));
}

OutcomeFolders::Folder OutcomeFolders::open_done(Outcome outcome) const {
    const std::string name(to_text(outcome));
    return open(spool_fd_, name, kByUmask, fmt::format("{}/{}", spool_, name));
}

bool OutcomeFolders::renew(Outcome outcome) {
    const auto is_removed = [](const Folder& folder) {
        const auto status = look_at(folder.fd.get(), "");
        return !status || status->links == 0;
    };
    Pair& folders = pair(outcome);
    const bool moving = is_removed(folders.moving);
    const bool done = is_removed(folders.done);
    if (moving && is_removed(moving_)) moving_ = open_moving();
    if (moving) folders.moving = open_moving(outcome);
    if (done) folders.done = open_done(outcome);
    return moving || done;
}

bool OutcomeFolders::is_in_place(Folder& folder, const std::string& name) const {
    const auto seen = look_at(spool_fd_, name.c_str());
    if (!seen) return errno != ENOENT;
    const bool replaced = seen->identity != folder.identity;
    if (replaced && !folder.replaced) {
        log(LogLevel::Warning,
            "spool:{}: {} is not the folder any more that was opened at the start; files still go to that "
            "one, "
            "wherever it is now, until the next start",
            printable(spool_), name);
    }
    folder.replaced = replaced;
    return true;
}

std::optional<OutcomeFolders::Found> OutcomeFolders::find(const std::string& name, std::uint64_t position,
                                                          bool bare_inodes) const {
    const std::array<int, 3> folders{done(Outcome::Waiting), done(Outcome::Failed), done(Outcome::Rejected)};
    const auto look = [&](int folder, const std::string& candidate) -> std::optional<Found> {
        const auto status = look_at(folder, candidate.c_str());
        if (!status || !status->identity.is_at(position, bare_inodes)) return std::nullopt;
        return Found{folder, candidate, *status};
    };
    if (auto found = look(spool_fd_, name)) return found;
    for (const int folder : folders) {
        if (auto found = look(folder, name)) return found;
    }
    // A move to a folder that had the name already has given it another one: NAME~INODE, cut if it was long.
    const std::string_view beginning = std::string_view(name).substr(0, NAME_MAX / 2);
    for (const int folder : folders) {
        for (const std::string& candidate : names_in(folder, spool_)) {
            const bool may_be = candidate.find('~') != std::string::npos && candidate.starts_with(beginning);
            if (!may_be) continue;
            if (auto found = look(folder, candidate)) return found;
        }
    }
    for (const int folder : {spool_fd_, folders[0], folders[1], folders[2]}) {
        const auto status = look_at(folder, name.c_str());
        if (status && S_ISREG(status->mode)) return Found{folder, name, *status, true};
    }
    return std::nullopt;
}

void OutcomeFolders::look_after() {
    try {
        if (!is_in_place(moving_, std::string(kMoving))) {
            Folder made = open_moving();
            std::swap(moving_, made);
            for (const Outcome outcome : kOutcomes) pair(outcome).moving = open_moving(outcome);
            log(LogLevel::Notice, "spool:{}: {} had gone and has been made anew", printable(spool_), kMoving);
        }
        for (const Outcome outcome : kOutcomes) {
            Folder& folder = pair(outcome).done;
            if (is_in_place(folder, std::string(to_text(outcome)))) continue;
            folder = open_done(outcome);
            log(LogLevel::Notice, "spool:{}: {} had gone and has been made anew", printable(spool_),
                to_text(outcome));
        }
    } catch (const Failure& failure) {
        // No warning: each move that fails because of the missing folder reports its failure.
        log(LogLevel::Debug, "{}", failure.what());
    }
}

}  // namespace pipeline
