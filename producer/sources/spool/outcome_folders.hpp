// SPDX-License-Identifier: Apache-2.0
// The folders in a spool that receipts need: one for each outcome, and `.moving` with one for each outcome,
// which is this user's alone and holds what is just being moved. Each is opened once, without following a
// link, and addressed by its descriptor from then on: who may write the spool can put something else in the
// place of a name, but not of an open folder.
//
// A folder that was planted by somebody else is refused. One that another has replaced while running goes on
// being used, and that is said; one that was removed, or moved away with nothing in its place, is made anew.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

#include "common/base/fd.hpp"
#include "common/core/result.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

inline constexpr std::array kOutcomes{Outcome::Booked, Outcome::Rejected, Outcome::Failed,
                                      Outcome::Duplicate};

class OutcomeFolders {
  public:
    // Makes what is missing in the folder `spool_fd` (the caller's, for as long as this lives); `spool` is
    // its path. Throws Failure (CannotCreate) with the cause and what to do.
    OutcomeFolders(int spool_fd, std::string spool);

    [[nodiscard]] int spool() const noexcept { return spool_fd_; }
    // Where a file lies between the spool and the folder of its outcome.
    [[nodiscard]] int moving(Outcome outcome) const noexcept { return pair(outcome).moving.fd.get(); }
    [[nodiscard]] int done(Outcome outcome) const noexcept { return pair(outcome).done.fd.get(); }

    // `.moving` itself.
    [[nodiscard]] int moving() const noexcept { return moving_.fd.get(); }

    // A move has found something missing: makes the folders of `outcome` anew if they were removed. False if
    // they are there. Throws Failure (CannotCreate) if something is in the way.
    [[nodiscard]] bool renew(Outcome outcome);

    // Says which folders have been replaced since they were opened, once for each, and makes anew those
    // whose names have gone.
    void look_after();

  private:
    struct Folder {
        UniqueFd fd;
        FileIdentity identity;
        bool replaced = false;  // and said so
    };
    struct Pair {
        Folder moving;
        Folder done;
    };
    [[nodiscard]] const Pair& pair(Outcome outcome) const noexcept {
        return pairs_[static_cast<std::size_t>(outcome)];
    }
    [[nodiscard]] Pair& pair(Outcome outcome) noexcept { return pairs_[static_cast<std::size_t>(outcome)]; }
    // Makes and opens `name` in the folder `in_fd`; `path` is for messages. Throws Failure (CannotCreate).
    [[nodiscard]] Folder open(int in_fd, const std::string& name, mode_t mode, const std::string& path) const;
    [[nodiscard]] Folder open_moving() const;
    [[nodiscard]] Folder open_moving(Outcome outcome) const;
    [[nodiscard]] Folder open_done(Outcome outcome) const;
    // False if its name has gone.
    [[nodiscard]] bool is_in_place(Folder& folder, const std::string& name) const;

    int spool_fd_;
    std::string spool_;
    std::uint32_t spool_owner_ = 0;
    Folder moving_;
    std::array<Pair, kOutcomes.size()> pairs_;  // by outcome
};

}  // namespace pipeline
