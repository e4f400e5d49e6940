// SPDX-License-Identifier: Apache-2.0
// Finds a spool's files that no event reported: at the start, at regular times, and whenever events may have
// been missed. A scan (`Look`) goes through the whole folder, some entries at a time. It counts the waiting
// files and queues the oldest, as many as fit. If there are more, a second walk (`Gather`) follows. The
// second walk pauses whenever the queue is full, and continues from there when half of the queue is used up.
// So a million files cost two walks, and not one for each full queue. The second walk takes files in folder
// order, chunk by chunk, and queues each chunk oldest first.
//
// Entries that cannot be examined are reported, counted and retried; they block nothing.
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

// Returns the time until a file last modified at `modified_ns` (nanoseconds of the wall clock) will have been
// unmodified for `settle_time`. Returns at most `settle_time`, even if `modified_ns` is in the future.
[[nodiscard]] std::chrono::nanoseconds until_settled(std::int64_t modified_ns,
                                                     std::chrono::nanoseconds settle_time) noexcept;

class SpoolSearch {
  public:
    using Clock = std::chrono::steady_clock;
    struct Timing {
        std::chrono::nanoseconds rescan{0};       // between two scans; 0: no regular scans
        std::chrono::nanoseconds settle_time{0};  // how long a found file must have been unmodified
    };
    // The source's knowledge of a file that the search has found.
    enum class Known {
        Nothing,
        InFlight,    // it is in the pipeline already
        IsModified,  // a process is writing it: its close event will follow
    };
    using Ask = std::function<Known(const std::string& name, const FileStatus& status)>;

    // Upper limits of the interval between scans: kWithoutEvents while the kernel reports no events,
    // kPartialEvents if the file system may not report all events and regular scans are wanted. If scans are
    // slow, the interval is longer, so that they take at most a twentieth of the time.
    static constexpr std::chrono::seconds kWithoutEvents{1};
    static constexpr std::chrono::seconds kPartialEvents{5};
    // The most entries that one call of go_on() examines.
    static constexpr std::size_t kAtOnce = 4096;

    // `place`, `names` and `queue` must outlive this object.
    SpoolSearch(const SpoolPlace& place, const SpoolNames& names, SpoolQueue& queue, Timing timing,
                std::shared_ptr<SourceReport> report, Ask ask);
    SpoolSearch(const SpoolSearch&) = delete;
    SpoolSearch& operator=(const SpoolSearch&) = delete;
    ~SpoolSearch();

    // Notes that the source has given files to the pipeline since the last scan.
    void note_taken() noexcept { was_taken_ = true; }
    // Requests a scan. Call it if there may be files that neither events nor scans have found.
    void ask() noexcept { asked_ = true; }
    // Notes whether events report new files.
    void set_events(bool has_events) noexcept;

    // Does one step of a scan, or of the second walk for files that did not fit, if one is due.
    void go_on(Clock::time_point now);
    [[nodiscard]] bool is_looking() const noexcept { return look_ != nullptr; }
    // Returns the earliest time at which go_on() has work.
    [[nodiscard]] Clock::time_point next_work() const noexcept;
    // True if, as far as known, every file has been found.
    [[nodiscard]] bool is_complete() const noexcept { return !asked_ && !look_ && !gather_ && !has_more_; }

    // Returns the number of files that are neither in the pipeline nor in the queue, as of the last scan.
    [[nodiscard]] std::uint64_t rest() const noexcept { return rest_; }
    [[nodiscard]] std::int64_t oldest_of_rest_ns() const noexcept { return rest_ == 0 ? 0 : rest_oldest_ns_; }

    // Logs an entry that could not be examined, once for each name and cause.
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
    // Queues the files, oldest first; false if some did not fit.
    bool queue(Oldest& files);
    [[nodiscard]] std::chrono::nanoseconds interval() const noexcept;

    const SpoolPlace& place_;
    const SpoolNames& names_;
    SpoolQueue& queue_;
    Timing timing_;
    std::shared_ptr<SourceReport> report_;
    Ask ask_;

    std::unique_ptr<Look> look_;      // the present scan; null: none
    std::unique_ptr<Gather> gather_;  // the walk for files that did not fit; null: none
    bool asked_ = true;               // a scan is requested
    bool has_more_ = false;           // some files did not fit into the queue: a second walk is due
    bool was_taken_ = false;          // files were given to the pipeline since the last scan
    bool has_events_ = true;
    bool events_are_partial_;
    Clock::time_point not_before_{};  // the earliest time for a requested scan
    Clock::time_point regular_at_{};
    std::chrono::nanoseconds took_{0};               // duration of the last scan
    unsigned fault_looks_ = 0;                       // how many scans in a row met errors that may pass
    unsigned failures_ = 0;                          // failed scans in a row
    std::unordered_set<std::uint64_t> told_faults_;  // hashes of the names and causes that were logged
    std::uint64_t rest_ = 0;
    std::int64_t rest_oldest_ns_ = 0;
};

}  // namespace pipeline
