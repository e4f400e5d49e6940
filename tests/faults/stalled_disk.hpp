// SPDX-License-Identifier: Apache-2.0
// A file system whose disk has died: whoever opens a file in it waits, and cannot be killed (state D of
// ps(1)). It is a FUSE mount that this test program serves, and answers nothing but the questions about its
// folder.
#pragma once

#include <filesystem>
#include <thread>

#include "common/base/fd.hpp"

namespace pipeline::test {

class StalledDisk {
  public:
    // False, with the reason printed, where this process may not mount.
    [[nodiscard]] static bool is_possible();

    // Mounts it over `directory`, which this test program alone sees (SmallDisk).
    explicit StalledDisk(std::filesystem::path directory);
    StalledDisk(const StalledDisk&) = delete;
    StalledDisk& operator=(const StalledDisk&) = delete;
    // Takes the disk away: all that wait for it get an error.
    ~StalledDisk();

  private:
    void serve() const;

    std::filesystem::path directory_;
    UniqueFd device_;
    UniqueFd stop_;  // an eventfd(2)
    std::thread server_;
};

}  // namespace pipeline::test
