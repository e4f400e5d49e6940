// SPDX-License-Identifier: Apache-2.0
// System calls on files of the whole test program: made to fail, and things done just before them. A hook
// that is set sees every such call, of SQLite too.
#pragma once

#include <functional>
#include <string_view>

namespace pipeline::test {

struct FileHook {
    // Each is given the name as the caller gave it ("": the descriptor itself); returns an errno value with
    // which the call fails, 0: it is made.
    std::function<int(std::string_view name)> on_openat;
    std::function<int(std::string_view name)> on_statx;
    std::function<int()> on_readdir;
    std::function<int()> on_pread;
    std::function<int()> on_add_watch;
};

[[nodiscard]] FileHook& file_hook();

// Takes all hooks back at the end of a test.
class WithFileHook {
  public:
    WithFileHook() = default;
    WithFileHook(const WithFileHook&) = delete;
    WithFileHook& operator=(const WithFileHook&) = delete;
    ~WithFileHook() { file_hook() = {}; }
    FileHook* operator->() noexcept { return &file_hook(); }
};

}  // namespace pipeline::test
