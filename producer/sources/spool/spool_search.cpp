// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/duration_text.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/passing_error.hpp"
#include "common/os/journal.hpp"

namespace pipeline {

using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kMostTold = 1024;  // most log lines about entries that cannot be examined

bool is_older(const SpoolQueue::File& one, const SpoolQueue::File& other) noexcept {
    return std::tie(one.modified_ns, one.name) < std::tie(other.modified_ns, other.name);
}

}  // namespace

nanoseconds until_settled(std::int64_t modified_ns, nanoseconds settle_time) noexcept {
    const nanoseconds age(wall_us() * 1000 - modified_ns);
    return std::clamp(settle_time - age, nanoseconds::zero(), settle_time);
}

// One scan of the whole folder.
struct SpoolSearch::Look final : SpoolWalk::Visitor {
    Look(SpoolSearch& owner, Clock::time_point now)
        : search(owner), walk(owner.place_.fd(), owner.names_), began(now), adds(owner.gather_ == nullptr) {}

    bool see_file(const std::string& name, const FileStatus& status) override {
        ++seen;
        const Known known = search.ask_(name, status);
        if (known == Known::InFlight) {
            ++in_flight;
            return true;
        }
        if (known == Known::IsModified) {
            ++unfinished;
            return true;
        }
        ++waiting;
        if (!adds || search.queue_.contains(name)) return true;
        ++found;
        // `oldest` is a heap with the youngest file on top. If the queue has no room for all, leave the
        // youngest files to the second walk (Gather).
        oldest.push_back({name, Arrival::Found, status.modified_ns, status.bytes});
        std::push_heap(oldest.begin(), oldest.end(), is_older);
        if (oldest.size() > search.queue_.room()) {
            std::pop_heap(oldest.begin(), oldest.end(), is_older);
            left_oldest_ns = std::min(left_oldest_ns, oldest.back().modified_ns);
            oldest.pop_back();
            all_fit = false;
        }
        return true;
    }
    void see_other(const std::string& name) override {
        if (others++ == 0) example = name + " is no regular file";
    }
    void see_fault(const std::string& name, int error) override {
        if (faults++ == 0) example = name + ": " + error_text(error);
        if (is_passing_error(error)) faults_may_pass = true;
        search.tell_of_fault(name, error);
    }

    SpoolSearch& search;
    SpoolWalk walk;
    Clock::time_point began;
    bool adds;  // true: this scan queues files; false: the second walk does
    Oldest oldest;
    bool all_fit = true;
    std::int64_t left_oldest_ns = kNever;
    std::uint64_t seen = 0, in_flight = 0, unfinished = 0, waiting = 0, found = 0, others = 0, faults = 0;
    bool faults_may_pass = false;
    std::string example;
};

// The second walk: queues the files for which a scan found no room, a chunk at a time.
struct SpoolSearch::Gather final : SpoolWalk::Visitor {
    explicit Gather(SpoolSearch& owner) : search(owner), walk(owner.place_.fd(), owner.names_) {}

    bool see_file(const std::string& name, const FileStatus& status) override {
        if (search.ask_(name, status) != Known::Nothing || search.queue_.contains(name)) return true;
        chunk.push_back({name, Arrival::Found, status.modified_ns, status.bytes});
        return chunk.size() < search.queue_.room();
    }
    // These do nothing, because scans (Look) report the same entries.
    void see_other(const std::string&) override {}
    void see_fault(const std::string&, int) override {}

    SpoolSearch& search;
    SpoolWalk walk;
    Oldest chunk;
    bool is_filling = false;  // false while the walk pauses because the queue has little room
};

SpoolSearch::SpoolSearch(const SpoolPlace& place, const SpoolNames& names, SpoolQueue& queue, Timing timing,
                         std::shared_ptr<SourceReport> report, Ask ask)
    : place_(place),
      names_(names),
      queue_(queue),
      timing_(timing),
      report_(std::move(report)),
      ask_(std::move(ask)),
      events_are_partial_(place.events_are_partial()) {
    if (events_are_partial_ && timing_.rescan > kPartialEvents) {
        log(LogLevel::Notice,
            "{}: its file system may not tell of all new files; it is looked through every {} too",
            place_.name(), to_readable_text(kPartialEvents));
    }
}

SpoolSearch::~SpoolSearch() = default;

void SpoolSearch::set_events(bool has_events) noexcept {
    has_events_ = has_events;
    regular_at_ = std::min(regular_at_, Clock::now() + interval());
}

nanoseconds SpoolSearch::interval() const noexcept {
    constexpr nanoseconds kYear = std::chrono::hours(24 * 365);
    constexpr int kShareOfTime = 20;  // scans take at most a twentieth of the time
    nanoseconds wanted = timing_.rescan == nanoseconds::zero() ? kYear : timing_.rescan;
    if (!has_events_) {
        wanted = std::min<nanoseconds>(wanted, kWithoutEvents);
    } else if (events_are_partial_ && timing_.rescan != nanoseconds::zero()) {
        wanted = std::min<nanoseconds>(wanted, kPartialEvents);
    }
    // While scans meet errors that may pass, scan again after 1, 2, 4 ... seconds.
    if (fault_looks_ != 0) {
        const nanoseconds soon = seconds(1U << std::min(fault_looks_ - 1, 6U));
        wanted = std::min(wanted, soon);
    }
    return std::max(wanted, kShareOfTime * took_);
}

bool SpoolSearch::must_look(Clock::time_point now) const noexcept {
    return (asked_ && now >= not_before_) || now >= regular_at_;
}

SpoolSearch::Clock::time_point SpoolSearch::next_work() const noexcept {
    const bool may_gather =
        (gather_ && gather_->is_filling) || ((gather_ || has_more_) && queue_.room() >= queue_.size());
    if (look_ || may_gather) return {};
    return asked_ ? std::min(not_before_, regular_at_) : regular_at_;
}

void SpoolSearch::go_on(Clock::time_point now) {
    if (!look_ && must_look(now)) {
        asked_ = false;
        look_ = std::make_unique<Look>(*this, now);
    }
    if (look_) return go_on_looking(now);
    if (gather_ || has_more_) go_on_gathering();
}

void SpoolSearch::go_on_looking(Clock::time_point now) {
    switch (look_->walk.go_on(kAtOnce, *look_)) {
        case SpoolWalk::Outcome::More:
            return;
        case SpoolWalk::Outcome::End:
            return finish(now);
        case SpoolWalk::Outcome::Failed:
            return fail(now);
    }
}

void SpoolSearch::finish(Clock::time_point now) {
    if (look_->adds) {
        if (!queue(look_->oldest) || !look_->all_fit) has_more_ = true;
        rest_oldest_ns_ = look_->left_oldest_ns;
    }
    rest_ = look_->waiting - std::min<std::uint64_t>(look_->waiting, queue_.size());
    if (failures_ != 0) log(LogLevel::Notice, "{}: it can be read again", place_.name());
    failures_ = 0;
    report_->clear(SourceState::Unreadable);
    fault_looks_ = look_->faults_may_pass ? fault_looks_ + 1 : 0;
    judge();
    plan_next(now, Clock::now() - look_->began);
    look_.reset();
}

void SpoolSearch::plan_next(Clock::time_point now, nanoseconds took) {
    constexpr std::uint64_t kMany = 4096;
    constexpr int kRest = 10;
    constexpr std::uint64_t kLittle = 16;
    took_ = took;
    regular_at_ = now + interval();
    // Back off after a scan that found almost nothing new: a user who provokes such scans must not keep the
    // producer busy.
    const bool was_in_vain = look_->seen > kMany && look_->found * kLittle < look_->seen;
    not_before_ = was_in_vain ? now + kRest * took : now;
    // If this scan is the first to meet errors that may pass, request another one a second later. With
    // --once, the source does not end before that scan.
    if (fault_looks_ == 1) {
        asked_ = true;
        not_before_ = std::max(not_before_, now + seconds(1));
    }
}

// Reports, after a complete scan, whether the spool holds nothing but entries that cannot be taken.
void SpoolSearch::judge() {
    SourceMetrics& numbers = report_->numbers();
    numbers.passed_over.store(look_->faults, std::memory_order_relaxed);
    const std::uint64_t useless = look_->others + look_->faults;
    const bool was_taken = std::exchange(was_taken_, false);
    if (was_taken || useless == 0 || look_->waiting + look_->unfinished + look_->in_flight != 0)
        return report_->clear(SourceState::NothingIsTaken);
    const std::string sentence = fmt::format(
        "{}: {} {} and cannot be taken ({}); take away what is no invoice, or keep it out with "
        "--spool-exclude",
        place_.name(), useless, useless == 1 ? "entry lies there" : "entries lie there", look_->example);
    if (!report_->holds(SourceState::NothingIsTaken)) log(LogLevel::Warning, "{}", sentence);
    report_->set(SourceState::NothingIsTaken, sentence);
}

void SpoolSearch::fail(Clock::time_point now) {
    const auto failure = system_failure(ExitStatus::InputOutput, look_->walk.failed_call(), place_.name(),
                                        look_->walk.error());
    const std::string sentence = std::string(failure.what()) + "; it is tried again";
    if (failures_++ == 0) log(LogLevel::Warning, "{}", sentence);
    report_->set(SourceState::Unreadable, sentence);
    if (look_->adds && (!queue(look_->oldest) || !look_->all_fit)) has_more_ = true;
    asked_ = true;
    not_before_ = now + seconds(1U << std::min(failures_ - 1, 3U));
    regular_at_ = std::max(regular_at_, not_before_);
    look_.reset();
}

void SpoolSearch::go_on_gathering() {
    if (!gather_) {
        has_more_ = false;
        gather_ = std::make_unique<Gather>(*this);
    }
    if (!gather_->is_filling) {
        if (queue_.room() < queue_.size()) return;
        gather_->is_filling = true;
    }
    const auto outcome = gather_->walk.go_on(kAtOnce, *gather_);
    const bool is_full = gather_->chunk.size() >= queue_.room();
    if (outcome == SpoolWalk::Outcome::More && !is_full) return;
    rest_ -= std::min<std::uint64_t>(rest_, gather_->chunk.size());
    static_cast<void>(queue(gather_->chunk));  // the next scan finds files that do not fit
    gather_->chunk.clear();
    gather_->is_filling = false;
    if (outcome == SpoolWalk::Outcome::More) return;
    // Request a scan: it finds files that the walk missed, or reports why the walk failed.
    asked_ = true;
    rest_ = 0;
    gather_.reset();
}

bool SpoolSearch::queue(Oldest& files) {
    std::sort(files.begin(), files.end(), is_older);
    const auto now = Clock::now();
    bool all_fit = true;
    for (const SpoolQueue::File& file : files) {
        const nanoseconds left = until_settled(file.modified_ns, timing_.settle_time);
        const auto added = left == nanoseconds::zero()
                               ? queue_.add(file.name, Arrival::Found, file.modified_ns)
                               : queue_.add_settling(file, now + left);
        if (added == SpoolQueue::Added::Full) all_fit = false;
    }
    return all_fit;
}

void SpoolSearch::tell_of_fault(const std::string& name, int error) {
    if (told_faults_.size() >= kMostTold) return;
    const std::size_t key = std::hash<std::string>{}(name + '\0' + std::to_string(error));
    if (!told_faults_.insert(key).second) return;
    log_about(LogLevel::Warning, "file-unreadable", name,
              "{}: cannot look at {}: {}; it is passed over, and looked at again{}", place_.name(), name,
              error_text(error),
              told_faults_.size() == kMostTold ? "; more of this kind are only counted" : "");
}

}  // namespace pipeline
