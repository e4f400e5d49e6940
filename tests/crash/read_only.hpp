// SPDX-License-Identifier: Apache-2.0
// Makes a world's memory read-only in this process, so that each store into it faults and can be seen. For a
// process that was forked for that; its functions may be called in signal handlers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace pipeline::test {

class ReadOnly {
  public:
    // From now on the pages from the first window to the last one are meant; makes them read-only. In one
    // piece: a system call per store is what it costs.
    static void forbid_stores(const std::vector<std::span<std::byte>>& windows);
    static void forbid_stores() noexcept;
    static void allow_stores() noexcept;
    // True if the address lies in one of these pages.
    [[nodiscard]] static bool covers(const void* address) noexcept;

  private:
    static void protect(int protection) noexcept;
    static std::span<std::byte> pages_;
};

}  // namespace pipeline::test
