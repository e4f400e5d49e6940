// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/os/journal.hpp"
#include "producer/sources/readiness.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kCheckPlace{1};
constexpr milliseconds kLook{500};  // between two calls of attend() while the producer takes no files
constexpr seconds kTellOfChanges{1};
// The longest time spent in a row on moving files that an earlier run has finished.
constexpr milliseconds kStartSlice{10};
constexpr int kMostSteps = 4;  // further steps of the search in an acquire() that finds no file

}  // namespace

// Starts the inotify watch before the first scan: a file that arrives in between is seen twice, but never
// missed.
SpoolSource::SpoolSource(const std::filesystem::path& folder, const Resume& resume, Limits limits,
                         const SourceContext& context)
    : place_(folder.string(), resume.source_file),
      names_(context.spool.include, context.spool.exclude),
      settle_time_(context.spool.settle_time),
      report_(context.report),
      ledger_(context.ledger),
      receipts_(place_.locked_fd(), place_.path(), limits.receipts, resume, context),
      start_(receipts_, place_.path(), resume, context),
      events_(place_, names_, *this),
      flight_(resume.in_flight, resume.bare_inodes),
      queue_(limits.waiting),
      search_(
          place_, names_, queue_, {context.spool.rescan, settle_time_}, report_,
          [this](const std::string& name, const FileStatus& status) { return what_is_known(name, status); }),
      acquired_(resume.acquired) {
    static_cast<void>(start_.is_ready());
    events_.watch();
    do search_.go_on(Clock::now());
    while (search_.is_looking());
    count();
}

SpoolSearch::Known SpoolSource::what_is_known(const std::string& name, const FileStatus& status) {
    if (const auto position = flight_.find(status.identity)) {
        flight_.found_again(*position, name);
        return SpoolSearch::Known::InFlight;
    }
    return events_.is_being_written(name, status, settle_time_) ? SpoolSearch::Known::IsModified
                                                                : SpoolSearch::Known::Nothing;
}

void SpoolSource::check_place(Clock::time_point now) {
    if (now < check_at_) return;
    check_at_ = now + kCheckPlace;
    const std::string fault = place_.find_fault();
    if (fault.empty()) return;
    report_->set(SourceState::Gone, fault);
    throw Failure(ExitStatus::NoInput, fault);
}

// Handles pending events, checks that the path still leads to the folder, and continues the search. Call it
// regularly, even while the producer takes no files.
void SpoolSource::attend(Clock::time_point now) {
    events_.take();
    check_place(now);
    search_.go_on(now);
    count();
}

nanoseconds SpoolSource::look() {
    const auto now = Clock::now();
    if (!stopped_ && now >= look_at_) {
        attend(now);
        look_at_ = now + kLook;
    }
    if (stopped_) return std::chrono::hours(1);
    return std::max<nanoseconds>(search_.next_work() - now, kLook);
}

std::size_t SpoolSource::acquire(std::span<Item> items) {
    bytes_.clear();
    retry();
    if (stopped_ || !start_.is_ready()) return 0;
    const auto now = Clock::now();
    attend(now);
    std::size_t given = 0;
    for (int steps = 0;; ++steps) {
        while (given < items.size() && receipts_.has_room() && start_.may_ask()) {
            const auto file = queue_.next(now);
            if (!file) break;
            if (give(*file, items[given])) ++given;
            // give() also moves files that are done already. Receipts do not wait for all of these moves.
            if (start_.asks() && Clock::now() - now > kStartSlice) break;
        }
        if (start_.asks() && queue_.size() == 0 && search_.is_complete()) start_.end();
        if (given != 0 || steps == kMostSteps || search_.next_work() > now) break;
        search_.go_on(now);
    }
    acquired_ += given;
    if (given == 0 && place_.is_removed()) check_place(check_at_);
    if (given != 0) {
        search_.note_taken();
        report_->clear(SourceState::NothingIsTaken);
    }
    count();
    return given;
}

bool SpoolSource::give(const SpoolQueue::File& file, Item& item) {
    const auto status = look_at(place_.fd(), file.name.c_str());
    if (!status) {
        // A missing name mostly means that the file was removed. But a file created with O_TMPFILE and linked
        // into the folder has a close event with a name that it never had: a scan must find this file.
        if (errno != ENOENT) {
            search_.tell_of_fault(file.name, errno);
        } else if (file.arrival == Arrival::Closed) {
            events_.forget_writers();
        } else {
            return false;
        }
        search_.ask();
        return false;
    }
    if (!S_ISREG(status->mode) || flight_.find(status->identity) || must_settle(file, *status)) return false;
    item.position.store(status->identity.position(), std::memory_order_relaxed);
    item.extent.store(0, std::memory_order_relaxed);
    SpoolNames::set_id(item, file.name, bytes_);
    try {
        if (start_.asks() && is_done_already(file.name, item, *status)) return false;
    } catch (const LedgerUnavailable&) {
        queue_.put_back(file);
        return false;
    }
    flight_.add(*status, file.name, !item.id_unusable());
    receipts_.expect(file.name);
    if (item.id_unusable()) report_->numbers().unusable_ids.fetch_add(1, std::memory_order_relaxed);
    return true;
}

// Returns true if an earlier run stored the file's invoice in the ledger. In that case, also moves the file,
// as acknowledge() does.
bool SpoolSource::is_done_already(const std::string& name, const Item& item, const FileStatus& file) {
    const auto outcome = start_.outcome_of(name, file.identity);
    if (!outcome) return false;
    // If the row is rejected or failed, and the file was renamed since, then somebody has put it back.
    const bool may_be_put_back = outcome->outcome == Outcome::Rejected || outcome->outcome == Outcome::Failed;
    if (may_be_put_back && file.changed_ns / 1000 > outcome->stored_us) return false;
    const std::uint64_t position = item.position;
    flight_.add(file, name, !item.id_unusable());
    receipts_.expect(name);
    finish(position, receipts_.move(name, position, outcome->outcome));
    return true;
}

// Returns true if the file must wait until it has been unmodified for the settle time, and queues it again
// for that moment. This applies to a file that a scan found, to one that changed while it waited, and to one
// that was closed while empty: touch(1) leaves it like that for a later writer.
bool SpoolSource::must_settle(const SpoolQueue::File& file, const FileStatus& status) {
    switch (file.arrival) {
        case Arrival::Moved:
            return false;
        case Arrival::Closed:
            if (status.bytes != 0) return false;
            break;
        case Arrival::Settled:
            if (status.modified_ns == file.modified_ns && status.bytes == file.bytes) return false;
            break;
        case Arrival::Found:
            break;
    }
    const nanoseconds left = until_settled(status.modified_ns, settle_time_);
    if (left == nanoseconds::zero()) return false;
    const SpoolQueue::File seen{file.name, Arrival::Settled, status.modified_ns, status.bytes};
    if (queue_.add_settling(seen, Clock::now() + left) == SpoolQueue::Added::Full) search_.ask();
    return true;
}

bool SpoolSource::exhausted() const {
    if (stopped_) return true;
    return start_.may_ask() && queue_.size() == 0 && search_.is_complete() &&
           !(events_.fd() >= 0 && is_readable(events_.fd()));
}

void SpoolSource::wait(int signal_fd, milliseconds bound) {
    if (retry()) return;
    if (stopped_ || !receipts_.has_room() || !start_.may_ask())
        return static_cast<void>(wait_readable(-1, signal_fd, bound));
    const auto now = Clock::now();
    if (queue_.has_next(now)) return;
    auto due = search_.next_work();
    if (const auto settled = queue_.due()) due = std::min(due, *settled);
    if (due <= now) return;
    wait_readable(events_.fd(), signal_fd, std::min(bound, std::chrono::ceil<milliseconds>(due - now)));
}

void SpoolSource::acknowledge(const Receipt& receipt) {
    retry();
    const auto name = flight_.name_of(receipt);
    if (!name) return finish(receipt.position, Move::Gone);  // since a restart, no scan has found the file
    const Move move = receipts_.move(*name, receipt.position, receipt.outcome);
    if (move == Move::Gone) {
        log_about(LogLevel::Debug, "file-gone", printable(*name),
                  "{}: {} (position {}) is gone: nothing to move", place_.name(), printable(*name),
                  receipt.position);
    }
    if ((move == Move::Done || move == Move::DoneOneName) &&
        flight_.has_changed(receipt.position, receipts_.last_moved()))
        tell_of_change(*name);
    finish(receipt.position, move);
}

Source::BringBack SpoolSource::bring_back(std::string_view id, std::uint64_t position) {
    // Until the moves of an earlier run are finished, the file may still lie in .moving.
    if (!start_.is_ready()) return BringBack::NotYet;
    const bool was_kept = receipts_.forget_kept(position);
    if (!was_kept && flight_.holds(position)) return BringBack::NotYet;
    const std::string name(id);
    std::optional<OutcomeFolders::Found> found;
    try {
        found = receipts_.find(name, position);
    } catch (const Failure& failure) {
        log(LogLevel::Debug, "{}", failure.what());
        return BringBack::Occupied;
    }
    if (found && found->is_another && names_.takes(name.c_str())) {
        // The spool gives that file as a new one, and its outcome replaces the row's.
        static_cast<void>(receipts_.bring_back(*found, name));
        return BringBack::Occupied;
    }
    if (found && !found->is_another) {
        // Known before it appears in the spool: an event or a scan would take it for a new one.
        flight_.add(found->status, name, SpoolNames::is_id(name));
        if (!receipts_.bring_back(*found, name)) {
            flight_.remove(position);
            return BringBack::Occupied;
        }
    }
    receipts_.expect(name);  // its receipt must look first: another file may have the name by then
    return BringBack::Ready;
}

// Its writer may believe that the pipeline has read the new contents.
void SpoolSource::tell_of_change(const std::string& name) {
    const auto now = Clock::now();
    if (now < tell_changed_at_) {
        ++changed_untold_;
        return;
    }
    tell_changed_at_ = now + kTellOfChanges;
    const auto others = std::exchange(changed_untold_, 0);
    log_about(LogLevel::Warning, "file-changed", printable(name),
              "{}: {} was written to after it was taken, and may have been read as it was before{}",
              place_.name(), printable(name),
              others == 0 ? "" : fmt::format("; so were {} before it", others));
}

void SpoolSource::finish(std::uint64_t position, Move move) {
    if (move == Move::Kept) return;
    flight_.remove(position);
    // Request a scan. The file may be in the folder under another name (renamed or linked), which scans
    // skipped while the file was in flight; or another file has taken its name.
    if (move != Move::Done) search_.ask();
}

bool SpoolSource::retry() {
    const auto all_finished = receipts_.retry();
    for (const auto& finished : all_finished) finish(finished.position, finished.move);
    return !all_finished.empty();
}

void SpoolSource::count() {
    SourceMetrics& numbers = report_->numbers();
    const std::int64_t known = queue_.oldest_ns();
    const std::int64_t rest = search_.oldest_of_rest_ns();
    const std::int64_t oldest = known == 0 || (rest != 0 && rest < known) ? rest : known;
    numbers.backlog.store(queue_.size() + search_.rest(), std::memory_order_relaxed);
    numbers.oldest_us.store(static_cast<std::uint64_t>(std::max<std::int64_t>(oldest / 1000, 0)),
                            std::memory_order_relaxed);
}

std::optional<std::uint64_t> SpoolSource::expected() const {
    return acquired_ + queue_.size() + search_.rest();
}

}  // namespace pipeline
