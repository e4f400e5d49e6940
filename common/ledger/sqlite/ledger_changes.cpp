// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_changes.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <exception>

namespace pipeline {

void LedgerChanges::watch(const std::filesystem::path& path) noexcept {
    constexpr std::uint32_t kExchanged = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW;
    fd_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    try {
        const std::string& file = path.native();
        if (::inotify_add_watch(fd_.get(), (file + "-wal").c_str(), kExchanged | IN_MODIFY) < 0 ||
            ::inotify_add_watch(fd_.get(), file.c_str(), kExchanged) < 0)
            fd_.reset();
    } catch (const std::exception&) {
        fd_.reset();
    }
}

void LedgerChanges::forget() noexcept {
    std::array<char, 4096> events;
    while (fd_ && ::read(fd_.get(), events.data(), events.size()) > 0) {
    }
}

}  // namespace pipeline
