// SPDX-License-Identifier: Apache-2.0
// What becomes of a spool's file when its invoice is durable: it is moved to the folder in the spool that
// is named after the outcome. The move is one rename(2), so a kill leaves the file in one place or the
// other, and doing it again finds nothing to do. Nothing is ever replaced or deleted.
//
// A file that cannot be moved now is kept in a list and tried again. While the list has no room, the spool
// must give no new files: then it grows by what is in the pipeline already and no more.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/file_identity.hpp"
#include "common/result.hpp"

namespace pipeline {

// What came of one move.
enum class Move : std::uint8_t {
    Done,         // the file is in its folder
    DoneOneName,  // it is, but it has other names (hard links), maybe in the spool too
    Gone,         // the name is not there or belongs to another file: moved before, or taken away
    Kept,         // it could not be moved and is still in the spool
};

class SpoolReceipts {
  public:
    using Clock = std::chrono::steady_clock;
    struct Limits {
        std::size_t kept = 65'536;                    // files to be tried again that leave no room
        std::chrono::milliseconds retry_after{1000};  // between two rounds of trying
    };
    struct Finished {
        std::uint64_t position;
        Move move;  // never Kept
    };

    // Makes the folders for the outcomes in `folder`, which is open as `folder_fd` (the caller's, for as
    // long as this lives). `bare_inodes`: as RingArea::bare_inodes. Throws Failure (CannotCreate) if files
    // could not be moved into one of them.
    SpoolReceipts(int folder_fd, std::string folder, Limits limits, bool bare_inodes = false);
    SpoolReceipts(const SpoolReceipts&) = delete;
    SpoolReceipts& operator=(const SpoolReceipts&) = delete;
    // Logs how many files it leaves in the spool.
    ~SpoolReceipts();

    // Moves the file `name` to its outcome's folder if it is the file at `position`. A failure is logged once
    // per cause, and the file is tried again later.
    [[nodiscard]] Move move(const std::string& name, std::uint64_t position, Outcome outcome);

    // The file that move() has moved last (Done, DoneOneName), as it was then.
    [[nodiscard]] const FileStatus& last_moved() const noexcept { return last_moved_; }

    // Tries some of the kept files again if it is time to, and says which are finished.
    [[nodiscard]] std::vector<Finished> retry();

    // False while so many files could not be moved that no more may be given.
    [[nodiscard]] bool has_room() const noexcept { return kept_.size() < limits_.kept; }

  private:
    struct KeptFile {
        std::string name;
        std::uint64_t position;
        Outcome outcome;
    };
    // Moves, or says in `error` (an errno value) why it returns Kept.
    Move try_move(const KeptFile& file, int& error);
    // Renames to a free name in the outcome's folder; returns 0 or an errno value.
    int rename_to_free_name(const KeptFile& file, std::uint64_t inode, std::string& target);
    [[nodiscard]] int make_folder(Outcome outcome) const;
    void report(const KeptFile& file, int error);
    void keep(const KeptFile& file);

    int folder_fd_;
    std::string folder_;
    Limits limits_;
    bool bare_inodes_;
    std::deque<KeptFile> kept_;
    Clock::time_point retry_at_{};
    FileStatus last_moved_;
    std::unordered_set<int> reported_;  // causes, as errno values; 0: the list is full
};

}  // namespace pipeline
