// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_receipts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/passing_error.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/os/file_identity.hpp"
#include "common/os/journal.hpp"
#include "producer/sources/folder_entries.hpp"
#include "producer/sources/spool/spool_names.hpp"
#include "producer/sources/spool/spool_probe.hpp"

namespace pipeline {
namespace {

// The most files and time of a round of retries, so that receipts and new files get their turn too.
constexpr std::size_t kRetryBatch = 256;
constexpr std::chrono::milliseconds kRetryTime{10};
constexpr std::chrono::seconds kLookAfterFolders{1};
// The most names that are tried for a moved file.
constexpr unsigned kMostNames = 1000;

std::string cause_of(int error) {
    return error == EINVAL ? error_text(error) + " (the file system knows no RENAME_NOREPLACE)"
                           : error_text(error);
}

}  // namespace

SpoolReceipts::SpoolReceipts(int folder_fd, std::string folder, Limits limits, const Resume& resume,
                             const SourceContext& context)
    : folder_(std::move(folder)),
      limits_(limits),
      report_(context.report),
      moves_(context.moves),
      folders_(folder_fd, folder_),
      bare_inodes_(resume.bare_inodes),
      adopted_(resume.in_flight) {
    probe_spool(folders_, folder_, *moves_);
}

SpoolReceipts::~SpoolReceipts() {
    if (kept_.empty()) return;
    log(LogLevel::Warning,
        "spool:{}: {} whose invoices are in the ledger could not be moved and {}; the next start tries again",
        printable(folder_), counted(kept_.size(), "file"), verb(kept_.size(), "stays", "stay"));
}

void SpoolReceipts::expect(const std::string& name) {
    ++expected_.insert(std::hash<std::string>{}(name)).first;
}

bool SpoolReceipts::must_look_first(const std::string& name, std::uint64_t position) {
    const std::size_t key = std::hash<std::string>{}(name);
    std::uint32_t* const files = expected_.find(key);
    const bool shared = files == nullptr || *files > 1 || !adopted_.empty();
    if (adopted_.erase(position) != 0 || files == nullptr) return true;
    if (--*files == 0) expected_.erase(key);
    return shared;
}

Move SpoolReceipts::move(const std::string& name, std::uint64_t position, Outcome outcome) {
    const bool look_first = must_look_first(name, position);
    KeptFile file{name, position, outcome};
    std::string cause = why_blocked(outcome);
    const Move result = cause.empty() ? try_move(file, look_first, cause) : Move::Kept;
    if (result == Move::Kept) {
        report(file, cause);
        keep(std::move(file));
    }
    return result;
}

Move SpoolReceipts::try_move(KeptFile& file, bool look_first, std::string& cause) {
    if (file.taken) return settle_taken(file, cause);
    const char* const name = file.name.c_str();
    if (look_first) {
        const auto status = look_at(folders_.spool(), name);
        if (!status && errno != ENOENT) {
            cause = cause_of(errno);
            return Move::Kept;
        }
        if (!status || !status->identity.is_at(file.position, bare_inodes_)) return Move::Gone;
    }
    // A kill before this call leaves the file in the spool; a kill after it leaves the file in .moving.
    int error = moves_->take(folders_.spool(), name, folders_.moving(file.outcome));
    if (error == ENOENT) {
        if (!look_at(folders_.spool(), name)) return Move::Gone;
        try {
            if (!folders_.renew(file.outcome)) return Move::Gone;
        } catch (const Failure& failure) {
            cause = failure.what();
            return Move::Kept;
        }
        error = moves_->take(folders_.spool(), name, folders_.moving(file.outcome));
        if (error == ENOENT) return Move::Gone;
    }
    if (error != 0) {
        cause = error == EEXIST ? "another file of this name is just being moved" : cause_of(error);
        return Move::Kept;
    }
    file.taken = true;
    return settle_taken(file, cause);
}

Move SpoolReceipts::settle_taken(KeptFile& file, std::string& cause) {
    const auto status = look_at(folders_.moving(file.outcome), file.name.c_str());
    if (!status) {
        if (errno == ENOENT) return Move::Gone;
        cause = cause_of(errno);
        return Move::Kept;
    }
    if (!status->identity.is_at(file.position, bare_inodes_)) {
        const int error = put_back(file.outcome, file.name, status->identity.inode);
        if (error == 0) return Move::Gone;
        cause = fmt::format("it is a new invoice in .moving and cannot go back: {}", cause_of(error));
        return Move::Kept;
    }
    int error = give_plain_name(file.outcome, file.name, file.outcome);
    if (error == ENOENT) {
        try {
            if (folders_.renew(file.outcome)) error = give_plain_name(file.outcome, file.name, file.outcome);
        } catch (const Failure& failure) {
            cause = failure.what();
        }
    }
    if (error == 0) {
        why_blocked(file.outcome).clear();
        last_moved_ = *status;
        return status->links > 1 ? Move::DoneOneName : Move::Done;
    }
    if (cause.empty()) cause = cause_of(error);
    if (error != EEXIST) why_blocked(file.outcome) = cause;
    // Move the file back into the spool, where its owner sees it. If another file has its name there by now,
    // the file waits in .moving.
    const char* const name = file.name.c_str();
    file.taken = moves_->give(folders_.moving(file.outcome), name, folders_.spool(), name) != 0;
    return Move::Kept;
}

int SpoolReceipts::give_plain_name(Outcome in, const std::string& name, Outcome outcome) {
    for (unsigned i = 0; i < kMostNames; ++i) {
        const int error =
            moves_->give(folders_.moving(in), name.c_str(), folders_.done(outcome), name.c_str());
        if (error != EEXIST) return error;
        if (const int made = make_way(outcome, name); made != 0) return made;
    }
    return EEXIST;
}

// Gives the file `name` in the outcome's folder another name: the newest file has the plain one. A kill after
// this leaves no file with the plain name until the next move.
int SpoolReceipts::make_way(Outcome outcome, const std::string& name) {
    const int folder = folders_.done(outcome);
    const auto older = look_at(folder, name.c_str());
    if (!older) return errno == ENOENT ? 0 : errno;
    for (unsigned i = 0; i < kMostNames; ++i) {
        const std::string target = name_with_suffix(name, made_suffix(older->identity.inode, i));
        const int error = moves_->give(folder, name.c_str(), folder, target.c_str());
        if (error != EEXIST) return error == ENOENT ? 0 : error;
    }
    return EEXIST;
}

bool SpoolReceipts::bring_back(const OutcomeFolders::Found& file, const std::string& name) {
    if (file.folder == folders_.spool()) return true;
    const int error = moves_->give(file.folder, file.name.c_str(), folders_.spool(), name.c_str());
    if (error == 0) return true;
    if (error != EEXIST && reported_.insert("back: " + cause_of(error)).second) {
        log_about(LogLevel::Warning, "file-not-moved", printable(name),
                  "spool:{}: cannot move {} back: {}; it is tried later", printable(folder_), printable(name),
                  cause_of(error));
    }
    return false;
}

bool SpoolReceipts::forget_kept(std::uint64_t position) {
    const auto kept = std::find_if(kept_.begin(), kept_.end(),
                                   [&](const KeptFile& file) { return file.position == position; });
    if (kept == kept_.end()) return false;
    if (kept->taken && moves_->give(folders_.moving(kept->outcome), kept->name.c_str(), folders_.spool(),
                                    kept->name.c_str()) != 0)
        return false;
    kept_.erase(kept);
    report_->numbers().unmoved.store(kept_.size(), std::memory_order_relaxed);
    if (kept_.empty()) end_keeping();
    return true;
}

void SpoolReceipts::end_keeping() {
    log(LogLevel::Notice, "spool:{}: the files that could not be moved have been moved", printable(folder_));
    report_->clear(SourceState::CannotMove);
    reported_.clear();
}

int SpoolReceipts::put_back(Outcome in, const std::string& name, std::uint64_t inode) {
    std::string target = name;
    for (unsigned i = 0; i < kMostNames; ++i) {
        const int error = moves_->give(folders_.moving(in), name.c_str(), folders_.spool(), target.c_str());
        if (error == 0 && target != name) {
            log_about(LogLevel::Warning, "file-renamed", printable(name),
                      "spool:{}: {} was handed over anew twice; the first of the two is now {}",
                      printable(folder_), printable(name), printable(target));
        }
        if (error != EEXIST) return error;
        target = name_with_infix(name, made_suffix(inode, i));
    }
    return EEXIST;
}

void SpoolReceipts::report(const KeptFile& file, const std::string& cause) {
    if (!reported_.insert(cause).second) return;
    const std::string name = printable(file.name);
    const std::string move = fmt::format("{} to {}: {}", name, to_text(file.outcome), cause);
    report_->set(SourceState::CannotMove,
                 "files that are in the ledger cannot be moved: " + move + "; they stay and are tried again");
    log_about(LogLevel::Warning, "file-not-moved", name,
              "spool:{}: cannot move {}; it is tried again, and more files with this cause are not reported",
              printable(folder_), move);
}

void SpoolReceipts::keep(KeptFile file) {
    if (kept_.empty()) retry_at_ = Clock::now() + limits_.retry_after;
    kept_.push_back(std::move(file));
    report_->numbers().unmoved.store(kept_.size(), std::memory_order_relaxed);
    if (has_room() || !reported_.insert("").second) return;
    log(LogLevel::Warning, "spool:{}: {} could not be moved; no more are taken until some of them can be",
        printable(folder_), counted(kept_.size(), "file"));
}

std::vector<SpoolReceipts::Finished> SpoolReceipts::retry() {
    std::vector<Finished> finished;
    const auto now = Clock::now();
    if (now >= look_after_at_) {
        look_after_at_ = now + kLookAfterFolders;
        folders_.look_after();
    }
    if (kept_.empty() || now < retry_at_) return finished;
    bool can_move = true;
    std::array<bool, kOutcomes.size()> failed{};
    for (std::size_t left = std::min(kept_.size(), kRetryBatch); left > 0; --left) {
        KeptFile file = std::move(kept_.front());
        kept_.pop_front();
        bool& has_failed = failed[static_cast<std::size_t>(file.outcome)];
        std::string cause;
        const Move result = has_failed ? Move::Kept : try_move(file, true, cause);
        if (result == Move::Kept) {
            if (!has_failed) report(file, cause);
            has_failed = has_failed || !why_blocked(file.outcome).empty();
            kept_.push_back(std::move(file));
            can_move = false;
        } else {
            finished.push_back({file.position, result});
        }
        if (Clock::now() - now > kRetryTime) break;
    }
    report_->numbers().unmoved.store(kept_.size(), std::memory_order_relaxed);
    // If all these moves succeeded, retry the rest without delay: while kept_ is full, the spool gives no new
    // files.
    if (!can_move) retry_at_ = Clock::now() + limits_.retry_after;
    if (kept_.empty()) end_keeping();
    return finished;
}

SpoolReceipts::Leftovers SpoolReceipts::finish_moving(const OutcomeOf& outcome_of) {
    Leftovers done;
    for (const Outcome in : kOutcomes) {
        const int moving = folders_.moving(in);
        for (const std::string& name : names_in(moving, fmt::format("{}/.moving/{}", folder_, to_text(in)))) {
            const auto status = look_at(moving, name.c_str());
            if (!status) continue;
            const auto outcome = outcome_of(name, status->identity);
            const std::uint64_t inode = status->identity.inode;
            const int error = outcome ? give_plain_name(in, name, *outcome) : put_back(in, name, inode);
            if (is_passing_error(error)) {
                throw system_failure(ExitStatus::InputOutput, "moving out of .moving", folder_ + "/" + name,
                                     error);
            }
            if (error != 0) {
                const std::string_view target = outcome ? to_text(*outcome) : "the spool";
                log_about(LogLevel::Error, "file-not-moved", printable(name),
                          "spool:{}: .moving/{}/{} cannot be moved to {}: {}; do it by hand",
                          printable(folder_), to_text(in), printable(name), target, cause_of(error));
                continue;
            }
            ++(outcome ? done.finished : done.put_back);
        }
    }
    return done;
}

}  // namespace pipeline
