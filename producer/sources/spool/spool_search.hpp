// SPDX-License-Identifier: Apache-2.0
// Finds the files of a spool that nobody has told of: those that lie there at the start, and later at regular
// looks and whenever events may have been missed. A look goes through the whole folder, some entries at a
// time. It counts what waits, and queues the oldest files, as many as fit. If there are more, a second walk
// follows that pauses whenever the queue is full and goes on behind that place when half of it is used up: so
// a million files cost two walks, and not one for each queue that they fill. Those come in the order of the
// folder, sorted by age within what fits at a time.
//
// What cannot be looked at is said, counted and looked at again; it holds up nothing.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "producer/sources/source_report.hpp"
#include "producer/sources/spool/spool_place.hpp"
#include "producer/sources/spool/spool_queue.hpp"
#include "producer/sources/spool/spool_walk.hpp"

namespace pipeline {

// How long it is, in nanoseconds, until a file that was last modified at `modified_ns` has been left alone
// for `settle_time`, both by the wall clock. At most that: it may have been modified in the future.
[[nodiscard]] std::chrono::nanoseconds until_settled(std::int64_t modified_ns,
                                                     std::chrono::nanoseconds settle_time) noexcept;

class SpoolSearch {
  public:
    using Clock = std::chrono::steady_clock;
    struct Timing {
        std::chrono::nanoseconds rescan{0};       // between two looks; 0: no regular ones
        std::chrono::nanoseconds settle_time{0};  // for which a found file must have been left alone
    };
    // What is known of a file besides.
    enum class Known {
        Nothing,
        InFlight,    // it is in the pipeline already
        IsModified,  // it waits until somebody has closed it
    };
    using Ask = std::function<Known(const std::string& name, const FileStatus& status)>;

    // Looks between two regular ones, without events at all, and where events are partial.
    static constexpr std::chrono::seconds kWithoutEvents{1};
    static constexpr std::chrono::seconds kPartialEvents{5};
    // Entries that are looked at in one go.
    static constexpr std::size_t kAtOnce = 4096;

    // The place, the names and the queue outlive the search.
    SpoolSearch(const SpoolPlace& place, const SpoolNames& names, SpoolQueue& queue, Timing timing,
                std::shared_ptr<SourceReport> report, Ask ask);
    SpoolSearch(const SpoolSearch&) = delete;
    SpoolSearch& operator=(const SpoolSearch&) = delete;
    ~SpoolSearch();

    // Files have been taken since the last look.
    void note_taken() noexcept { was_taken_ = true; }
    // There may be files that are not known of.
    void ask() noexcept { asked_ = true; }
    // Whether new files are told of by events.
    void set_events(bool has_events) noexcept;

    // Does some of what is due.
    void go_on(Clock::time_point now);
    [[nodiscard]] bool is_looking() const noexcept { return look_ != nullptr; }
    // When there is something to do, at the earliest.
    [[nodiscard]] Clock::time_point next_work() const noexcept;
    // True if no file is left to be found, as far as can be known.
    [[nodiscard]] bool is_complete() const noexcept { return !asked_ && !look_ && !gather_ && !has_more_; }

    // Files that lie there, are not in the pipeline and not in the queue, by the last look.
    [[nodiscard]] std::uint64_t rest() const noexcept { return rest_; }
    [[nodiscard]] std::int64_t oldest_of_rest_ns() const noexcept { return rest_ == 0 ? 0 : rest_oldest_ns_; }

    // An entry could not be looked at: says so, once for each name and cause.
    void tell_of_fault(const std::string& name, int error);

  private:
    struct Look;
    struct Gather;
    using Oldest = std::vector<SpoolQueue::File>;

    [[nodiscard]] bool must_look(Clock::time_point now) const noexcept;
    void go_on_looking(Clock::time_point now);
    void go_on_gathering();
    void finish(Clock::time_point now);
    void fail(Clock::time_point now);
    void plan_next(Clock::time_point now, std::chrono::nanoseconds took);
    void judge();
    // Queues the files, oldest first; false if there was no room for all.
    bool queue(Oldest& files);
    [[nodiscard]] std::chrono::nanoseconds interval() const noexcept;

    const SpoolPlace& place_;
    const SpoolNames& names_;
    SpoolQueue& queue_;
    Timing timing_;
    std::shared_ptr<SourceReport> report_;
    Ask ask_;

    std::unique_ptr<Look> look_;      // under way
    std::unique_ptr<Gather> gather_;  // under way
    bool asked_ = true;               // for a look
    bool has_more_ = false;           // there was no room for all: a gathering walk is due
    bool was_taken_ = false;          // since the last look
    bool has_events_ = true;
    bool events_are_partial_;
    Clock::time_point not_before_{};  // of a look that is asked for
    Clock::time_point regular_at_{};
    std::chrono::nanoseconds took_{0};               // the last look
    unsigned fault_looks_ = 0;                       // in a row that found entries with passing errors
    unsigned failures_ = 0;                          // of looks, in a row
    std::unordered_set<std::uint64_t> told_faults_;  // hashes of names and causes
    std::uint64_t rest_ = 0;
    std::int64_t rest_oldest_ns_ = 0;
};

}  // namespace pipeline
