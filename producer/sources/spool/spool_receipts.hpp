// SPDX-License-Identifier: Apache-2.0
// Moves a spool's file, once its invoice is durable, to the spool's folder named after the outcome. It never
// replaces or deletes a file.
//
// A name may lead to another file than the acknowledged one: a user may hand over a new invoice under the
// same name at that very moment. So a move has two renames, with a check in between:
//
//   1. rename NAME out of the spool to .moving/OUTCOME/NAME, where nobody else has access
//   2. check which file that is
//   3. rename it to OUTCOME/NAME. If it is another file, rename it back into the spool: it is a new invoice,
//      noticed there like any other
//
//   a kill before 1          leaves it in the spool: a start asks the ledger and moves it (spool_start.hpp)
//   a kill between 1 and 3   leaves it in .moving: a start asks the ledger what it is, and does 3
//   a kill after 3           leaves it in its folder, or a new invoice in the spool: nothing is left to do
//
// Only the acknowledged file is ever renamed into an outcome's folder. So this also holds after a power cut,
// which may keep any of these renames and lose the others: the ledger's commit was synced before the first.
// Nothing in .moving is taken for an invoice.
//
// A file that cannot be moved now stays in the spool and in a list for retries. While the list is full, the
// spool must give no new files: the list then grows only by the files already in the pipeline.
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

// The outcome of one move.
enum class Move : std::uint8_t {
    Done,         // the file is in its folder
    DoneOneName,  // the same, but it has other names (hard links), perhaps in the spool too
    Gone,         // the name is missing or belongs to another file: moved before, or removed
    Kept,         // it could not be moved and is still in the spool
};

class SpoolReceipts {
  public:
    using Clock = std::chrono::steady_clock;
    struct Limits {
        std::size_t kept = 65'536;                    // files for retries until there is no more room
        std::chrono::milliseconds retry_after{1000};  // between two rounds of retries
    };
    struct Finished {
        std::uint64_t position;
        Move move;  // never Kept
    };

    // Creates the outcome folders in `folder`, open as `folder_fd` (owned by the caller; outlives this), and
    // tests that files can be moved there. Throws Failure (CannotCreate) if not.
    SpoolReceipts(int folder_fd, std::string folder, Limits limits, const Resume& resume,
                  const SourceContext& context);
    SpoolReceipts(const SpoolReceipts&) = delete;
    SpoolReceipts& operator=(const SpoolReceipts&) = delete;
    // Logs how many files it leaves in the spool.
    ~SpoolReceipts();

    // A file of that name was given to the pipeline: move() will be called for it.
    void expect(const std::string& name);

    // Moves the file `name` to its outcome's folder if it is the file `position`. Logs a failure once per
    // cause, and retries the file later.
    [[nodiscard]] Move move(const std::string& name, std::uint64_t position, Outcome outcome);

    // The file that move() last moved (Done, DoneOneName), as it was then.
    [[nodiscard]] const FileStatus& last_moved() const noexcept { return last_moved_; }

    // Retries some of the kept files if it is time to, for some milliseconds; returns the finished ones.
    [[nodiscard]] std::vector<Finished> retry();

    // False while the list of kept files is full: no more files may be given.
    [[nodiscard]] bool has_room() const noexcept { return kept_.size() < limits_.kept; }

    // Finishes moves that a kill left in .moving: `outcome_of(name, file)` says to which folder a file
    // belongs; none: to the spool. If it throws, this and all later files stay. Returns how many files went
    // to their folders and how many back.
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
        bool taken = false;  // it is in .moving: step 1 is done
    };
    // Another file in the pipeline may have the name now. Consumers open it by that name, so it must not
    // leave the spool even briefly.
    [[nodiscard]] bool must_look_first(const std::string& name, std::uint64_t position);

    // Moves the file; if it returns Kept, `cause` says why.
    Move try_move(KeptFile& file, bool look_first, std::string& cause);
    Move settle_taken(KeptFile& file, std::string& cause);
    // Renames from .moving to a free name; 0 or an errno value. `in` is its outcome's folder in .moving.
    int give_free_name(Outcome in, const std::string& name, std::uint64_t inode, Outcome outcome);
    int put_back(Outcome in, const std::string& name, std::uint64_t inode);
    [[nodiscard]] std::string& why_blocked(Outcome outcome) noexcept {
        return blocked_[static_cast<std::size_t>(outcome)];
    }
    void report(const KeptFile& file, const std::string& cause);
    void keep(KeptFile file);
    void look_after_folders(Clock::time_point now);

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
    std::unordered_set<std::string> reported_;  // causes; "": the list is full
    // By outcome: why nothing can be moved into its folder, as far as known; empty: it can. One file per
    // round of retries tests that; the others stay where they are meanwhile.
    std::array<std::string, kOutcomes.size()> blocked_;
    // The number of files of a name (its hash) in the pipeline, and the positions from before this producer.
    KeyTable<std::uint32_t> expected_;
    std::unordered_set<std::uint64_t> adopted_;
};

}  // namespace pipeline
