// SPDX-License-Identifier: Apache-2.0
// What becomes of a spool's file when its invoice is durable: it is moved to the folder in the spool that
// is named after the outcome. Nothing is ever replaced or deleted.
//
// A name may lead to another file than the one that was acknowledged: somebody hands over a new invoice under
// the same name at that very moment. So a move has two steps, and a look in between:
//
//   1. rename NAME out of the spool to .moving/OUTCOME/NAME, where nobody else has access
//   2. look which file that is
//   3. rename it to OUTCOME/NAME; or back into the spool if it is another one: a new invoice, which is
//      noticed there as any other
//
//   a kill before 1       leaves the file in the spool: a start asks the ledger and moves it
//   (spool_start.hpp) between 1 and 3       in .moving: a start asks the ledger what it is, and does 3 after
//   3               in its folder, or a new invoice in the spool: nothing is left to do
//
// No other file than the acknowledged one is renamed into an outcome's folder, so this holds after a power
// cut too, which keeps any of these renames and loses the others: the ledger's commit was synced before the
// first. Nothing in .moving is taken for an invoice.
//
// A file that cannot be moved now stays in the spool, is kept in a list and tried again. While the list has
// no room, the spool must give no new files: then it grows by what is in the pipeline already and no more.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/core/result.hpp"
#include "common/os/file_identity.hpp"
#include "producer/sources/source.hpp"
#include "producer/sources/spool/outcome_folders.hpp"

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
    // long as this lives), and tries whether files can be moved there. Throws Failure (CannotCreate) if not.
    SpoolReceipts(int folder_fd, std::string folder, Limits limits, const Resume& resume,
                  const SourceContext& context);
    SpoolReceipts(const SpoolReceipts&) = delete;
    SpoolReceipts& operator=(const SpoolReceipts&) = delete;
    // Logs how many files it leaves in the spool.
    ~SpoolReceipts();

    // A file of that name has been given to the pipeline: move() will be asked for it.
    void expect(const std::string& name);

    // Moves the file `name` to its outcome's folder if it is the file `position`. A failure is logged once
    // per cause, and the file is tried again later.
    [[nodiscard]] Move move(const std::string& name, std::uint64_t position, Outcome outcome);

    // The file that move() has moved last (Done, DoneOneName), as it was then.
    [[nodiscard]] const FileStatus& last_moved() const noexcept { return last_moved_; }

    // Tries some of the kept files again if it is time to, for some milliseconds, and says which are
    // finished.
    [[nodiscard]] std::vector<Finished> retry();

    // False while so many files could not be moved that no more may be given.
    [[nodiscard]] bool has_room() const noexcept { return kept_.size() < limits_.kept; }

    // Finishes what a kill has left in .moving: `outcome_of(name, file)` says to which folder it belongs,
    // none to the spool. It may throw, and nothing is moved then from that file on. Returns how many files
    // went to their folders and how many back.
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
        bool taken = false;  // it lies in .moving: step 1 is done
    };
    // Another file that is in the pipeline may have the name now, which consumers open: it must not leave the
    // spool for a moment.
    [[nodiscard]] bool must_look_first(const std::string& name, std::uint64_t position);

    // Moves, or says in `cause` why it returns Kept.
    Move try_move(KeptFile& file, bool look_first, std::string& cause);
    Move settle_taken(KeptFile& file, std::string& cause);
    // Renames from .moving to a free name; 0 or an errno value. `in` is the outcome under which it lies
    // there.
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
    // By outcome: why nothing can be moved into its folder, as far as is known; empty: it can. One file in a
    // round of trying finds out when that is over: the others stay where they are meanwhile.
    std::array<std::string, kOutcomes.size()> blocked_;
    // How many files of a name (its hash) are in the pipeline, and which were before this producer began.
    std::unordered_map<std::size_t, std::uint32_t> expected_;
    std::unordered_set<std::uint64_t> adopted_;
};

}  // namespace pipeline
