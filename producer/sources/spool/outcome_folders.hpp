// SPDX-License-Identifier: Apache-2.0
// The folders into which a spool's finished files are moved: one for each outcome, and `.moving`, which again
// has one for each outcome. `.moving` is private to this user and holds files in transit. Each folder is
// opened once, without following links, and then addressed by its descriptor: a user who may write the spool
// can replace a name, but not an open folder.
//
// The class refuses a folder that belongs to another user (except root and the spool's owner). If a folder is
// replaced while the producer runs, the old one stays in use, and a warning is logged. If a folder was
// removed, or renamed without a replacement, the class creates a new one.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/fd.hpp"
#include "common/core/result.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

// In the order of their values.
inline constexpr std::array kOutcomes{Outcome::Booked, Outcome::Rejected, Outcome::Failed, Outcome::Duplicate,
                                      Outcome::Waiting};

class OutcomeFolders {
  public:
    // Creates the folders that are missing in the spool `spool_fd`, whose path is `spool`. The caller owns
    // `spool_fd` and keeps it open while this object lives. Throws Failure (CannotCreate) with the cause and
    // advice.
    OutcomeFolders(int spool_fd, std::string spool);

    [[nodiscard]] int spool() const noexcept { return spool_fd_; }
    // Returns the folder for files in transit from the spool to the folder done(outcome).
    [[nodiscard]] int moving(Outcome outcome) const noexcept { return pair(outcome).moving.fd.get(); }
    [[nodiscard]] int done(Outcome outcome) const noexcept { return pair(outcome).done.fd.get(); }

    // Returns the descriptor of `.moving` itself.
    [[nodiscard]] int moving() const noexcept { return moving_.fd.get(); }

    // Recreates the folders of `outcome` that were removed; returns false if none was. Call it when a move
    // has failed with ENOENT. Throws Failure (CannotCreate) if a folder cannot be created.
    [[nodiscard]] bool renew(Outcome outcome);

    // The file of an invoice that is given again, where it lies.
    struct Found {
        int folder = -1;  // an open folder of this object
        std::string name;
        FileStatus status;
        bool is_another = false;  // not the file that was acquired, but one that has its name now
    };
    // Finds the file with that position: in the spool under `name` (somebody has put it back, or a kill has
    // kept it there), or in the folders of waiting, failed and rejected invoices under `name` or a name that
    // a move made of it. If it is in none of them, returns the file that has its plain name there: somebody
    // has edited the file, or copied the folders, for example to another host. Returns none if no file has
    // it. `bare_inodes`: as FileIdentity::is_at().
    [[nodiscard]] std::optional<Found> find(const std::string& name, std::uint64_t position,
                                            bool bare_inodes) const;

    // Logs a warning, once, for each folder that was replaced since it was opened. Recreates folders whose
    // names are gone.
    void look_after();

  private:
    struct Folder {
        UniqueFd fd;
        FileIdentity identity;
        bool replaced = false;  // true: another folder has its name now, and a warning was logged
    };
    struct Pair {
        Folder moving;
        Folder done;
    };
    [[nodiscard]] const Pair& pair(Outcome outcome) const noexcept {
        return pairs_[static_cast<std::size_t>(outcome)];
    }
    [[nodiscard]] Pair& pair(Outcome outcome) noexcept { return pairs_[static_cast<std::size_t>(outcome)]; }
    // Opens the folder `name` in the folder `in_fd`, and creates it first if it is missing. `path` is for
    // messages. Throws Failure (CannotCreate).
    [[nodiscard]] Folder open(int in_fd, const std::string& name, mode_t mode, const std::string& path) const;
    [[nodiscard]] Folder open_moving() const;
    [[nodiscard]] Folder open_moving(Outcome outcome) const;
    [[nodiscard]] Folder open_done(Outcome outcome) const;
    // False if the folder's name is gone. Logs a warning if another folder has that name.
    [[nodiscard]] bool is_in_place(Folder& folder, const std::string& name) const;

    int spool_fd_;
    std::string spool_;
    std::uint32_t spool_owner_ = 0;
    Folder moving_;
    std::array<Pair, kOutcomes.size()> pairs_;  // by outcome
};

}  // namespace pipeline
