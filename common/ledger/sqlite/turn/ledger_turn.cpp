// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/turn/ledger_turn.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>
#include <thread>
#include <utility>

namespace pipeline {
namespace {

// How long the leader sleeps until it asks again whether the wish has ended.
constexpr std::chrono::milliseconds kAskAgain{1};

// The name may lead to anything: follow no link, and wait for no writer of a pipe.
constexpr int kOpening = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

// A lock on the whole file.
struct flock whole(short type) noexcept {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

bool is_file(int fd) noexcept {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

bool has_its_name(int fd, const std::string& path) noexcept {
    struct stat open {};
    struct stat named {};
    return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
           open.st_ino == named.st_ino;
}

std::string turn_file(const std::filesystem::path& ledger) {
    return ledger.native() + "-turn";
}

// Opens the file, or creates it with the rights of the ledger. A kill in between leaves the file with fewer
// rights, so that other users cannot announce a wish; the next writer of the same user repairs that.
UniqueFd open_or_create(const std::filesystem::path& ledger) {
    const std::string path = turn_file(ledger);
    UniqueFd file(::open(path.c_str(), kOpening));
    struct stat of_ledger {};
    const bool is_known = ::lstat(ledger.c_str(), &of_ledger) == 0 && S_ISREG(of_ledger.st_mode);
    if (!file && errno == ENOENT && is_known) file.reset(::open(path.c_str(), kOpening | O_CREAT, 0600));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return UniqueFd();
    // Change only a file that can be nothing but a lock file of this user.
    if (!is_known || status.st_nlink != 1 || status.st_size != 0 || status.st_uid != ::geteuid()) return file;
    const mode_t mode = of_ledger.st_mode & 0666U;
    if ((status.st_mode & 0777U) != mode) {
        [[maybe_unused]] const int changed = ::fchmod(file.get(), mode);
    }
    // Only root may give a file away.
    if (status.st_uid == 0 && (status.st_uid != of_ledger.st_uid || status.st_gid != of_ledger.st_gid)) {
        [[maybe_unused]] const int given = ::fchown(file.get(), of_ledger.st_uid, of_ledger.st_gid);
    }
    return file;
}

}  // namespace

LedgerTurn::LedgerTurn(const std::filesystem::path& ledger) : path_(turn_file(ledger)) {}

// True if a process has a lock on the file. If the file is missing, the one system call is the open(2) that
// does not find it.
bool LedgerTurn::is_wished() noexcept {
    const Clock::time_point now = Clock::now();
    if (now < ignore_until_) return false;
    if (file_ && now >= look_again_) {
        if (!has_its_name(file_.get(), path_.native())) file_.reset();
        look_again_ = now + kForget;
    }
    if (!file_) {
        file_.reset(::open(path_.c_str(), kOpening));
        if (!file_) return false;
        if (!is_file(file_.get())) {
            file_.reset();
            ignore_until_ = now + kForget;
            return false;
        }
        look_again_ = now + kForget;
    }
    struct flock lock = whole(F_WRLCK);
    return ::fcntl(file_.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void LedgerTurn::make_way() noexcept {
    if (!is_wished()) return;
    const Clock::time_point until = Clock::now() + kMakeWay;
    do {
        if (Clock::now() >= until) {
            ignore_until_ = Clock::now() + kForget;
            return;
        }
        std::this_thread::sleep_for(kAskAgain);
    } while (is_wished());
}

LedgerTurn::Wish::Wish(const std::filesystem::path& ledger) noexcept {
    try {
        file_ = open_or_create(ledger);
    } catch (const std::exception&) {
        return;  // out of memory: write without a wish
    }
    if (!file_) return;
    struct flock lock = whole(F_RDLCK);
    if (::fcntl(file_.get(), F_OFD_SETLK, &lock) != 0) file_.reset();
}

}  // namespace pipeline
