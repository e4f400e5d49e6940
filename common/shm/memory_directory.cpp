// SPDX-License-Identifier: Apache-2.0
#include "common/shm/memory_directory.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& directory, std::string_view why) {
    throw Failure(ExitStatus::Configuration, fmt::format("--shm-dir {}: {}", directory.native(), why));
}

}  // namespace

void require_memory(const std::filesystem::path& directory) {
    struct statfs system {};
    struct stat status {};
    if (::statfs(directory.c_str(), &system) != 0 || ::stat(directory.c_str(), &status) != 0) {
        throw system_failure(ExitStatus::Configuration, "looking at the directory", directory, errno,
                             "give another one with --shm-dir");
    }
    if (system.f_type != TMPFS_MAGIC && system.f_type != RAMFS_MAGIC)
        refuse(directory,
               "it is not in memory (tmpfs), and segments must be: give a directory such as /dev/shm, or one "
               "below /run");
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        refuse(directory,
               fmt::format("it belongs to user {}, who may remove what is in it: give one of your own",
                           status.st_uid));
    const bool others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (others_write && (status.st_mode & S_ISVTX) == 0)
        refuse(directory,
               "others may remove what is in it: take their right to write away (chmod 0755), or "
               "give another directory");
}

void require_room(const std::filesystem::path& directory, std::uint64_t bytes, std::uint64_t files) {
    struct statvfs room {};
    if (::statvfs(directory.c_str(), &room) != 0)
        throw system_failure(ExitStatus::CannotCreate, "looking at the directory", directory, errno);
    // A file system without a limit says that it has no blocks, or no inodes, at all.
    const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
    if (room.f_blocks != 0 && free < bytes) {
        throw Failure(ExitStatus::CannotCreate,
                      fmt::format("{}: the segments take {} bytes, and {} are free; {}", directory.native(),
                                  bytes, free, advice_for_full(directory)));
    }
    if (room.f_files != 0 && room.f_favail < files) {
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("{}: the segments are {} files, and there are inodes for {}; make {} larger",
                        directory.native(), files, room.f_favail, directory.native()));
    }
}

std::string advice_for_full(const std::string& directory) {
    return fmt::format(
        "make {} larger, or --body-capacity, --result-capacity, --ring-capacity and --storage-capacity "
        "smaller",
        directory);
}

}  // namespace pipeline
