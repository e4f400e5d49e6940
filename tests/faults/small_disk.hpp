// SPDX-License-Identifier: Apache-2.0
// A small file system in memory over a directory, which this test program alone sees: it has a mount
// namespace of its own from the first one on. For full disks and a full /dev/shm.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace pipeline::test {

class SmallDisk {
  public:
    // False, with the reason printed, where this process may not mount (it is not root).
    [[nodiscard]] static bool is_possible();

    // Mounts a tmpfs of `bytes` over `directory`; `options` as of mount(8), "nr_inodes=10" or "ro".
    SmallDisk(std::filesystem::path directory, std::uint64_t bytes, const std::string& options = {});
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    // Unmounts it.
    ~SmallDisk();

    // Takes all space that is left, to the last byte.
    void fill() const;
    // Gives back what fill() took.
    void make_room() const;

  private:
    std::filesystem::path directory_;
};

}  // namespace pipeline::test
