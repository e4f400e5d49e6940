// SPDX-License-Identifier: Apache-2.0
// Lets other writers into a ledger whose flush leader commits without a pause. SQLite's lock is not fair: the
// leader takes it again long before a waiting writer looks again.
//
// A writer announces its wish by a shared lock on the file FILE-turn beside the ledger. The flush leader asks
// between two commits whether there is such a lock. If so, it leaves the ledger alone until the lock is gone,
// at most for kMakeWay. The locks are open file description locks (fcntl(2), F_OFD_SETLK): with F_OFD_GETLK,
// the leader asks by one system call and takes no lock itself, so that two leaders never wait for each other.
// The lock of a killed writer goes with it.
//
// A wish is a courtesy, and gives no right: SQLite's lock alone decides who writes. So no failure here is an
// error, and a program that holds the lock for ever costs the leader at most kMakeWay in each kForget.
//
// The file is empty. The first writer creates it, with the ledger's mode and owner. It stays: removing it
// while another process has it open would separate writers from leaders.
#pragma once

#include <chrono>
#include <filesystem>

#include "common/base/fd.hpp"

namespace pipeline {

// The flush leader's side.
class LedgerTurn {
  public:
    static constexpr std::chrono::milliseconds kMakeWay{50};
    // How long the leader ignores all wishes after it has made way for kMakeWay in vain, and how long it
    // believes that an open lock file still has its name.
    static constexpr std::chrono::seconds kForget{1};

    class Wish;

    explicit LedgerTurn(const std::filesystem::path& ledger);

    // Call it before a commit, without SQLite's lock. Returns at once if nobody wishes to write, after one
    // system call. Otherwise returns when the wish has ended, or after kMakeWay.
    void make_way() noexcept;
    // True if a process wishes to write now, and the leader does not ignore it.
    [[nodiscard]] bool is_wished() noexcept;

  private:
    using Clock = std::chrono::steady_clock;

    std::filesystem::path path_;
    UniqueFd file_;
    Clock::time_point look_again_{};  // when to check that `file_` still has its name
    Clock::time_point ignore_until_{};
};

// The wish to write, for the lifetime of the object. Hold it for one short transaction at a time; then other
// writers and the leader get their turns. Several processes may hold wishes at once.
class LedgerTurn::Wish {
  public:
    // Announces the wish to write the ledger at `ledger`. Never waits.
    explicit Wish(const std::filesystem::path& ledger) noexcept;
    // False if the wish could not be announced, for example because this user may not create files beside the
    // ledger. The writer may write all the same, but may have to wait longer.
    [[nodiscard]] bool is_announced() const noexcept { return static_cast<bool>(file_); }

  private:
    UniqueFd file_;  // closing it ends the wish
};

}  // namespace pipeline
