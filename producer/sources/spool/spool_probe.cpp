// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_probe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/passing_error.hpp"
#include "common/base/printable.hpp"
#include "producer/sources/folder_entries.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kPrefix = ".probe-";

std::string random_name() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != sizeof bits) bits = static_cast<std::uint64_t>(::getpid());
    return fmt::format("{}{:016x}", kPrefix, bits);
}

void remove_everywhere(const OutcomeFolders& folders, const std::string& name) {
    static_cast<void>(::unlinkat(folders.spool(), name.c_str(), 0));
    for (const Outcome outcome : kOutcomes) {
        static_cast<void>(::unlinkat(folders.moving(outcome), name.c_str(), 0));
        static_cast<void>(::unlinkat(folders.done(outcome), name.c_str(), 0));
    }
    static_cast<void>(::unlinkat(folders.moving(), name.c_str(), 0));
}

int make(int folder_fd, const std::string& name) {
    const UniqueFd made(
        ::openat(folder_fd, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return made ? 0 : errno;
}

std::string advice_for(int error, const FileMoves& moves) {
    switch (error) {
        case EXDEV:
            return "it is on another file system or mount than the spool, and files cannot be moved there: "
                   "mount the spool as a whole";
        case EPERM:
            return moves.uses_links()
                       ? "the file system can neither rename without replacing nor make hard links: put the "
                         "spool on another one"
                       : "the folder may be immutable or append-only (lsattr)";
        case EINVAL:
        case ENOSYS:
        case EOPNOTSUPP:
            return "the file system can neither rename without replacing nor make hard links: put the spool "
                   "on another one";
        case EACCES:
            return "what is done is moved into this folder, so it must be writable for this user";
        case EROFS:
            return "what is done is moved, so the file system must be writable";
        default:
            return "what is done is moved into this folder, so it must be possible";
    }
}

// Moves the probe's file from the spool to the folder of `outcome` and back. Returns 0 or an errno value.
int try_outcome(const OutcomeFolders& folders, Outcome outcome, const char* name, FileMoves& moves) {
    const int moving = folders.moving(outcome);
    const int done = folders.done(outcome);
    int error = moves.take(folders.spool(), name, moving);
    if (error == EINVAL && !moves.uses_links()) {
        moves.use_links();
        error = moves.take(folders.spool(), name, moving);
    }
    if (error == 0) error = moves.give(moving, name, done, name);
    if (error == 0) error = moves.take(done, name, moving);
    if (error == 0) error = moves.give(moving, name, folders.spool(), name);
    return error;
}

// Removes the files of killed probes. If .moving cannot be read at present, leaves them to the next start.
void remove_leftovers(const OutcomeFolders& folders, const std::string& spool) {
    try {
        for (const std::string& name : names_in(folders.moving(), spool + "/.moving")) {
            if (is_probe(name)) remove_everywhere(folders, name);
        }
    } catch (const Failure& failure) {
        if (failure.status() != ExitStatus::InputOutput) throw;
    }
}

}  // namespace

bool is_probe(std::string_view name) noexcept {
    return name.starts_with(kPrefix);
}

void probe_spool(const OutcomeFolders& folders, const std::string& spool, FileMoves& moves) {
    remove_leftovers(folders, spool);
    const std::string name = random_name();
    std::string where = spool;
    int error = make(folders.moving(), name);
    if (error == 0) error = make(folders.spool(), name);
    for (const Outcome outcome : kOutcomes) {
        if (error != 0) break;
        where = fmt::format("{}/{}", spool, to_text(outcome));
        error = try_outcome(folders, outcome, name.c_str(), moves);
    }
    remove_everywhere(folders, name);
    if (error == 0) return;
    if (!is_passing_error(error)) {
        throw system_failure(ExitStatus::CannotCreate, "moving a file by way of", where, error,
                             advice_for(error, moves));
    }
    log(LogLevel::Warning, "spool:{}: whether files can be moved cannot be tried now: {}{}{}",
        printable(spool), error_text(error), is_shortage(error) ? "; " : "", advice_for_shortage(error));
}

}  // namespace pipeline
