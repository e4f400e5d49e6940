// SPDX-License-Identifier: Apache-2.0
#include "common/os/file_identity.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <charconv>

namespace pipeline {
namespace {

std::uint64_t mixed(std::uint64_t bits) noexcept {
    bits = (bits ^ (bits >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
    bits = (bits ^ (bits >> 27U)) * 0x94d0'49bb'1331'11ebU;
    return bits ^ (bits >> 31U);
}

std::optional<FileStatus> look(int folder_fd, const char* name, int flags) noexcept {
    constexpr std::uint64_t kNanoseconds = 1'000'000'000;
    struct statx seen {};
    if (::statx(folder_fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &seen) != 0) return std::nullopt;
    FileStatus status;
    status.identity.device = std::uint64_t{seen.stx_dev_major} << 32U | seen.stx_dev_minor;
    status.identity.inode = seen.stx_ino;
    if ((seen.stx_mask & STATX_BTIME) != 0 && seen.stx_btime.tv_sec > 0) {
        status.identity.birth_ns =
            static_cast<std::uint64_t>(seen.stx_btime.tv_sec) * kNanoseconds + seen.stx_btime.tv_nsec;
    }
    status.bytes = seen.stx_size;
    status.modified_ns =
        seen.stx_mtime.tv_sec * static_cast<std::int64_t>(kNanoseconds) + seen.stx_mtime.tv_nsec;
    status.changed_ns =
        seen.stx_ctime.tv_sec * static_cast<std::int64_t>(kNanoseconds) + seen.stx_ctime.tv_nsec;
    status.mode = seen.stx_mode;
    status.links = seen.stx_nlink;
    status.owner = seen.stx_uid;
    return status;
}

}  // namespace

std::uint64_t FileIdentity::position() const noexcept {
    return birth_ns == 0 ? inode : mixed(mixed(birth_ns) ^ inode);
}

std::string FileIdentity::text() const {
    return fmt::format("{}:{}:{}", device, inode, birth_ns);
}

std::optional<FileIdentity> FileIdentity::parse(std::string_view text) noexcept {
    std::array<std::uint64_t, 3> numbers{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i != 0 && (at == end || *at++ != ':')) return std::nullopt;
        const auto [behind, error] = std::from_chars(at, end, numbers[i]);
        if (error != std::errc{}) return std::nullopt;
        at = behind;
    }
    if (at != end) return std::nullopt;
    return FileIdentity{numbers[0], numbers[1], numbers[2]};
}

std::optional<FileStatus> look_at(int folder_fd, const char* name) noexcept {
    return look(folder_fd, name,
                AT_SYMLINK_NOFOLLOW | AT_STATX_SYNC_AS_STAT | (*name == '\0' ? AT_EMPTY_PATH : 0));
}

std::optional<FileStatus> look_through(const char* path) noexcept {
    return look(AT_FDCWD, path, AT_STATX_SYNC_AS_STAT);
}

}  // namespace pipeline
