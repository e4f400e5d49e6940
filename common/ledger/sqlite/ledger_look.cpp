// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_look.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

namespace pipeline {
namespace {

bool is_same(const std::optional<FileStatus>& one, const std::optional<FileStatus>& other) noexcept {
    return one && other && one->identity == other->identity;
}

// Returns an objection to the ledger's log or index (`part`) if it is not a regular file, has hard links, or
// belongs to a foreign user (not the ledger's owner, this user or root): a user who can write it can write
// the ledger.
std::string objection_to_part(const std::optional<FileStatus>& part, const std::optional<FileStatus>& file,
                              const std::string& name) {
    if (!part) return {};
    if (!S_ISREG(part->mode)) return fmt::format("{} is not a regular file; remove it", name);
    if (part->links > 1)
        return fmt::format("{} has {} names (hard links); remove the others", name, part->links);
    if (!file || part->owner == file->owner || part->owner == ::geteuid() || part->owner == 0) return {};
    return fmt::format(
        "{} belongs to user {}, and the file to user {}: it may be anything; remove it, unless that "
        "user may write the ledger",
        name, part->owner, file->owner);
}

}  // namespace

std::filesystem::path database_file(const std::filesystem::path& path) {
    std::error_code error;
    const auto folder = std::filesystem::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
    return error ? path : folder / path.filename();
}

bool LedgerLook::has_same_file(const LedgerLook& other) const noexcept {
    return is_same(file, other.file);
}

bool LedgerLook::has_same_log(const LedgerLook& other) const noexcept {
    return is_same(log, other.log);
}

bool LedgerLook::has_same_logs(const LedgerLook& other) const noexcept {
    return is_same(log, other.log) && is_same(index, other.index);
}

bool LedgerLook::has_something_in_log() const noexcept {
    constexpr std::uint64_t kHeaderBytes = 32;  // https://www.sqlite.org/fileformat2.html#walformat
    return log && log->bytes > kHeaderBytes;
}

LedgerLook look_at_ledger(const std::filesystem::path& path) {
    const std::string& name = path.native();
    LedgerLook look;
    // Look at the file last. It is created before its log and removed after it, so that this order never
    // finds a log without its file.
    look.log = look_at(AT_FDCWD, (name + "-wal").c_str());
    look.index = look_at(AT_FDCWD, (name + "-shm").c_str());
    look.has_journal = look_at(AT_FDCWD, (name + "-journal").c_str()).has_value();
    look.file = look_at(AT_FDCWD, name.c_str());
    if (!look.file) look.error = errno;
    return look;
}

std::string objection_to(const LedgerLook& look, const std::filesystem::path& path) {
    const std::string& name = path.native();
    if (look.file) {
        if (S_ISLNK(look.file->mode)) return "it is a symbolic link; name the file that it points to";
        if (S_ISDIR(look.file->mode)) return "it is a directory; name a file";
        if (!S_ISREG(look.file->mode)) return "it is not a regular file; name another";
        if (look.file->links > 1) {
            return fmt::format(
                "the file has {} names (hard links), and a log beside each of them would destroy it; "
                "remove all names but one",
                look.file->links);
        }
    }
    if (look.has_journal) {
        return fmt::format(
            "a rollback journal lies beside it, which the pipeline never makes and which would "
            "overwrite the ledger; see who has put it there, and remove {}-journal",
            name);
    }
    if (auto objection = objection_to_part(look.log, look.file, name + "-wal"); !objection.empty())
        return objection;
    return objection_to_part(look.index, look.file, name + "-shm");
}

std::optional<OpenFile> find_open_file(const FileIdentity& identity) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
        const std::string number = entry.path().filename();
        OpenFile found;
        const auto [end, unreadable] =
            std::from_chars(number.data(), number.data() + number.size(), found.fd);
        if (unreadable != std::errc{}) continue;
        const auto status = look_at(found.fd, "");
        if (!status || status->identity != identity) continue;
        found.is_deleted = status->links == 0;
        if (!found.is_deleted) found.name = std::filesystem::read_symlink(entry.path(), error);
        return found;
    }
    return std::nullopt;
}

}  // namespace pipeline
