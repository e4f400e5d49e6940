// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/read_only.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace pipeline::test {

std::span<std::byte> ReadOnly::pages_;

void ReadOnly::forbid_stores(const std::vector<std::span<std::byte>>& windows) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    std::uintptr_t first = UINTPTR_MAX;
    std::uintptr_t end = 0;
    for (const auto window : windows) {
        const auto begin = reinterpret_cast<std::uintptr_t>(window.data());
        first = std::min(first, begin / page * page);
        end = std::max(end, (begin + window.size() + page - 1) / page * page);
    }
    pages_ = {reinterpret_cast<std::byte*>(first), end - first};
    forbid_stores();
}

void ReadOnly::forbid_stores() noexcept {
    protect(PROT_READ);
}
void ReadOnly::allow_stores() noexcept {
    protect(PROT_READ | PROT_WRITE);
}

bool ReadOnly::covers(const void* address) noexcept {
    return address >= pages_.data() && address < pages_.data() + pages_.size();
}

void ReadOnly::protect(int protection) noexcept {
    if (::mprotect(pages_.data(), pages_.size(), protection) != 0) ::_exit(5);
}

}  // namespace pipeline::test
