// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/small_disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

bool SmallDisk::is_possible() {
    // Once: a namespace of its own, out of which no mount is seen.
    static const int error = [] {
        if (::unshare(CLONE_NEWNS) != 0) return errno;
        return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ? 0 : errno;
    }();
    if (error != 0) WARN("not run: a mount namespace is needed, as root has it: " << std::strerror(error));
    return error == 0;
}

SmallDisk::SmallDisk(std::filesystem::path directory, std::uint64_t bytes, const std::string& options)
    : directory_(std::move(directory)) {
    REQUIRE(is_possible());
    const std::string data = fmt::format("size={},mode=1777{}{}", bytes, options.empty() ? "" : ",", options);
    REQUIRE(::mount("tmpfs", directory_.c_str(), "tmpfs", 0, data.c_str()) == 0);
}

SmallDisk::~SmallDisk() {
    ::umount2(directory_.c_str(), MNT_DETACH);
}

void SmallDisk::fill() const {
    const UniqueFd file(::open((directory_ / ".filler").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    REQUIRE(file);
    const std::array<char, 4096> page{};
    while (::write(file.get(), page.data(), page.size()) > 0) {
    }
    REQUIRE(errno == ENOSPC);
}

void SmallDisk::make_room() const {
    std::filesystem::remove(directory_ / ".filler");
}

}  // namespace pipeline::test
