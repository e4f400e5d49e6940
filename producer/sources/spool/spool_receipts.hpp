// SPDX-License-Identifier: Apache-2.0
// Gives a spool's receipts: once an invoice is durable, moves its file from the spool to the folder named
// after the outcome. The class never replaces or deletes a file.
//
// A name may lead to another file than the acknowledged one, because a user may hand over a new invoice under
// the same name at any moment. So a move has two renames, with a check in between:
//
//   1. rename NAME from the spool to .moving/OUTCOME/NAME, where nobody else has access
//   2. check whether that is the acknowledged file
//   3. if it is, rename it to OUTCOME/NAME. If not, rename it back into the spool: it is a new invoice, and
//      the spool notices it like any other
//
//   a kill before 1          leaves the file in the spool. The next producer asks the ledger and moves it
//                            (spool_start.hpp).
//   a kill between 1 and 3   leaves the file in .moving. The next producer asks the ledger about it and does
//                            step 3.
//   a kill after 3           leaves the file in its folder, or a new invoice in the spool: nothing is left to
//                            do.
//
// All this also holds after a power cut, which may keep any of these renames and undo the others, because the
// ledger's commit is synced before step 1. Only the acknowledged file is ever renamed into an outcome's
// folder. The spool takes no invoice from .moving.
//
// A file that cannot be moved now stays in the spool and goes into a list for retries. While the list is
// full, the spool must give no new files: only files that are already in the pipeline can then still be
// added.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/core/result.hpp"
#include "common/os/file_identity.hpp"
#include "producer/sources/key_table.hpp"
#include "producer/sources/source.hpp"
#include "producer/sources/spool/outcome_folders.hpp"

namespace pipeline {

// How one move has ended.
enum class Move : std::uint8_t {
    Done,         // the file is in the folder of its outcome
    DoneOneName,  // as Done, but the file has other names (hard links), perhaps in the spool too
    Gone,         // nothing to move: the name is missing, or another file has it
    Kept,         // the file could not be moved yet: it is in the spool or in .moving
};

class SpoolReceipts {
  public:
    using Clock = std::chrono::steady_clock;
    struct Limits {
        std::size_t kept = 65'536;  // with so many files that could not be moved, has_room() is false
        std::chrono::milliseconds retry_after{1000};  // between two rounds of retries
    };
    struct Finished {
        std::uint64_t position;
        Move move;  // never Kept
    };

    // Creates the outcome folders in the spool `folder`, and tests that files can be moved there. Throws
    // Failure (CannotCreate) if not. `folder_fd` is the open folder; the caller owns it and keeps it open
    // while this object lives.
    SpoolReceipts(int folder_fd, std::string folder, Limits limits, const Resume& resume,
                  const SourceContext& context);
    SpoolReceipts(const SpoolReceipts&) = delete;
    SpoolReceipts& operator=(const SpoolReceipts&) = delete;
    // Logs how many files could not be moved and stay in the spool.
    ~SpoolReceipts();

    // Notes that a file `name` was given to the pipeline and that move() will be called for it.
    void expect(const std::string& name);

    // Moves the file `name` to its outcome's folder if its position is `position`. Logs a failure once per
    // cause, and retries the file later.
    [[nodiscard]] Move move(const std::string& name, std::uint64_t position, Outcome outcome);

    // As OutcomeFolders::find().
    [[nodiscard]] std::optional<OutcomeFolders::Found> find(const std::string& name,
                                                            std::uint64_t position) const {
        return folders_.find(name, position, bare_inodes_);
    }
    [[nodiscard]] const OutcomeFolders& folders() const noexcept { return folders_; }
    // Moves the file back into the spool as `name`. Returns false if that name is taken there, or if the file
    // cannot be moved.
    [[nodiscard]] bool bring_back(const OutcomeFolders::Found& file, const std::string& name);
    // If the file could not be moved yet, gives its move up, and returns true.
    [[nodiscard]] bool forget_kept(std::uint64_t position);

    // The file's status at the last move that ended with Done or DoneOneName.
    [[nodiscard]] const FileStatus& last_moved() const noexcept { return last_moved_; }

    // If a round of retries is due, retries some of the files that could not be moved, for some milliseconds.
    // Returns the finished ones.
    [[nodiscard]] std::vector<Finished> retry();

    // False while the list of files that could not be moved is full: the spool must then give no new files.
    [[nodiscard]] bool has_room() const noexcept { return kept_.size() < limits_.kept; }

    // Finishes the moves that a kill interrupted in .moving. `outcome_of(name, file)` returns the outcome
    // whose folder the file belongs in; if it returns none, the file goes back into the spool. If
    // `outcome_of` throws, this file and all later ones stay in .moving. Returns how many files went to their
    // folders, and how many back into the spool.
    struct Leftovers {
        std::size_t finished = 0;
        std::size_t put_back = 0;
    };
    using OutcomeOf = std::function<std::optional<Outcome>(const std::string&, const FileIdentity&)>;
    [[nodiscard]] Leftovers finish_moving(const OutcomeOf& outcome_of);

  private:
    struct KeptFile {
        std::string name;
        std::uint64_t position;
        Outcome outcome;
        bool taken = false;  // it is in .moving already
    };
    // True if try_move() must check the file's position before it moves the file to .moving: another file in
    // the pipeline may have the name now. Consumers open that file by its name, so it must not leave the
    // spool even briefly.
    [[nodiscard]] bool must_look_first(const std::string& name, std::uint64_t position);

    // Moves the file; if it returns Kept, `cause` says why.
    Move try_move(KeptFile& file, bool look_first, std::string& cause);
    Move settle_taken(KeptFile& file, std::string& cause);
    // Both move the file `name` out of .moving/IN: give_plain_name() into the folder of `outcome`, put_back()
    // into the spool. If the name is taken there, the older file of an outcome gets another one, as does the
    // newer one in the spool. Both return 0 or an errno value.
    int make_way(Outcome outcome, const std::string& name);
    int give_plain_name(Outcome in, const std::string& name, Outcome outcome);
    int put_back(Outcome in, const std::string& name, std::uint64_t inode);
    [[nodiscard]] std::string& why_blocked(Outcome outcome) noexcept {
        return blocked_[static_cast<std::size_t>(outcome)];
    }
    void report(const KeptFile& file, const std::string& cause);
    void keep(KeptFile file);
    void end_keeping();

    std::string folder_;
    Limits limits_;
    std::shared_ptr<SourceReport> report_;
    std::shared_ptr<FileMoves> moves_;
    OutcomeFolders folders_;
    bool bare_inodes_;
    std::deque<KeptFile> kept_;
    Clock::time_point retry_at_{};
    FileStatus last_moved_;
    Clock::time_point look_after_at_{};
    std::unordered_set<std::string> reported_;  // causes that were logged; "": the list is full
    // For each outcome: why files cannot be moved into its folder, as far as known; empty if they can. Each
    // round of retries tries one file of each outcome. It tries the outcome's other files only if the text
    // here is empty then.
    std::array<std::string, kOutcomes.size()> blocked_;
    // expected_: by the hash of a name, how many files of that name are in the pipeline. adopted_: the
    // positions of files that were in the pipeline before this producer started.
    KeyTable<std::uint32_t> expected_;
    std::unordered_set<std::uint64_t> adopted_;
};

}  // namespace pipeline
