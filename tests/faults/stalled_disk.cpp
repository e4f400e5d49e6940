// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/stalled_disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "tests/faults/small_disk.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

template <class Answer>
void answer(int device, const fuse_in_header& question, Answer& body) {
    fuse_out_header header{};
    header.len = sizeof header + sizeof body;
    header.unique = question.unique;
    const std::array<iovec, 2> parts{{{&header, sizeof header}, {&body, sizeof body}}};
    [[maybe_unused]] const auto written = ::writev(device, parts.data(), parts.size());
}

}  // namespace

bool StalledDisk::is_possible() {
    if (!SmallDisk::is_possible()) return false;
    const bool has_device = ::access("/dev/fuse", R_OK | W_OK) == 0;
    if (!has_device) WARN("not run: /dev/fuse is needed: " << std::strerror(errno));
    return has_device;
}

StalledDisk::StalledDisk(std::filesystem::path directory)
    : directory_(std::move(directory)),
      device_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
    REQUIRE(device_);
    REQUIRE(stop_);
    const std::string data =
        fmt::format("fd={},rootmode=40000,user_id=0,group_id=0,allow_other", device_.get());
    REQUIRE(::mount("stalled", directory_.c_str(), "fuse", MS_NOSUID | MS_NODEV, data.c_str()) == 0);
    server_ = std::thread([this] { serve(); });
}

StalledDisk::~StalledDisk() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
    server_.join();
    device_.reset();
    ::umount2(directory_.c_str(), MNT_DETACH);
}

void StalledDisk::serve() const {
    std::vector<char> bytes(std::size_t{1} << 17U);
    while (true) {
        std::array<pollfd, 2> watched{{{device_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
        ::poll(watched.data(), watched.size(), -1);
        if (watched[1].revents != 0) return;
        if (::read(device_.get(), bytes.data(), bytes.size()) < static_cast<ssize_t>(sizeof(fuse_in_header)))
            continue;
        fuse_in_header question{};
        std::memcpy(&question, bytes.data(), sizeof question);
        if (question.opcode == FUSE_INIT) {
            fuse_init_out body{};
            body.major = FUSE_KERNEL_VERSION;
            body.minor = 31;
            body.max_write = 4096;
            answer(device_.get(), question, body);
        } else if (question.opcode == FUSE_GETATTR && question.nodeid == FUSE_ROOT_ID) {
            fuse_attr_out body{};
            body.attr_valid = 3600;
            body.attr.ino = FUSE_ROOT_ID;
            body.attr.mode = S_IFDIR | 0755;
            body.attr.nlink = 2;
            answer(device_.get(), question, body);
        }
    }
}

}  // namespace pipeline::test
