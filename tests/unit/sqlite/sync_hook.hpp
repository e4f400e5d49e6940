// SPDX-License-Identifier: Apache-2.0
// fsync(2) and fdatasync(2) of the whole test program, SQLite's included: counted, and made to fail.
#pragma once

#include <atomic>
#include <functional>

namespace pipeline::test {

struct SyncHook {
    std::atomic<int> error{0};        // errno with which they fail; 0: they do not
    std::atomic<int> files{0};        // how often a file was synced, or was to be
    std::function<void()> on_file;    // called before a file is synced, if it is set
    std::function<void()> on_folder;  // the same, of a folder
};

[[nodiscard]] SyncHook& sync_hook();

}  // namespace pipeline::test
