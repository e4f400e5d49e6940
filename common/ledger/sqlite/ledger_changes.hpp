// SPDX-License-Identifier: Apache-2.0
// Tells by inotify(7) when somebody has written a ledger, so that nobody need ask it again and again. Each
// commit is written into the log (FILE-wal) by write(2), which is an event; another file in the place of
// ledger or log is one too.
#pragma once

#include <filesystem>

#include "common/base/fd.hpp"

namespace pipeline {

class LedgerChanges {
  public:
    // Watches the ledger at `path`, whose files exist, in place of what was watched before. Where that is not
    // possible (the limits of inotify, for example), fd() is -1.
    void watch(const std::filesystem::path& path) noexcept;

    // A descriptor that is readable once somebody has written the ledger, or exchanged its files, since the
    // last call of forget(); -1: nobody can tell.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    void forget() noexcept;

  private:
    UniqueFd fd_;
};

}  // namespace pipeline
