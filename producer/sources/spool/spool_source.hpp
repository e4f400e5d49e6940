// SPDX-License-Identifier: Apache-2.0
// spool:DIR: every regular file directly in DIR whose name does not begin with a dot (and fits the patterns
// that were given) is an invoice; its id is the file's name, its position made of inode and birth time, and
// it has no order. What is there at the start comes oldest first.
//
// New files are told of by inotify, and found by regular looks (spool_search.hpp), which need no events at
// all. Files are handed over by rename(2) into DIR, or link(2): they are given at once. One that is written
// in place is given when its writer closes it; one that is found, when nobody has modified it for the settle
// time.
//
// No file is given twice while it is in the pipeline: the positions of those are remembered until their
// acknowledgement. While too many files of what is done cannot be moved (spool_receipts.hpp), no more are
// given.
#pragma once

#include <optional>
#include <string>

#include "producer/sources/source.hpp"
#include "producer/sources/spool/spool_events.hpp"
#include "producer/sources/spool/spool_flight.hpp"
#include "producer/sources/spool/spool_names.hpp"
#include "producer/sources/spool/spool_place.hpp"
#include "producer/sources/spool/spool_queue.hpp"
#include "producer/sources/spool/spool_receipts.hpp"
#include "producer/sources/spool/spool_search.hpp"
#include "producer/sources/spool/spool_start.hpp"

namespace pipeline {

class SpoolSource final : public Source, private SpoolEvents::Listener {
  public:
    struct Limits {
        std::size_t waiting = 65'536;  // names of waiting files that are kept in memory, at least 1
        SpoolReceipts::Limits receipts;
    };

    // Makes DIR's folders for what is done, and looks at DIR for the first time. Throws Failure: NoInput if
    // DIR is not there, not a folder, not readable, or another one than `resume` says; CannotCreate if files
    // could not be moved; InputOutput if DIR cannot be opened for a cause that may pass.
    SpoolSource(const std::filesystem::path& folder, const Resume& resume, Limits limits,
                const SourceContext& context = {});
    SpoolSource(const std::filesystem::path& folder, const Resume& resume)
        : SpoolSource(folder, resume, Limits{}) {}

    // Throws Failure (NoInput) when DIR has been removed or renamed, or its path leads elsewhere.
    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] bool exhausted() const override;
    void stop() override;
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    // Throws as acquire().
    std::chrono::nanoseconds look() override;
    [[nodiscard]] bool wants_receipts() const noexcept override { return true; }
    void acknowledge(const Record& record) override;
    [[nodiscard]] bool can_go_without_receipts() const noexcept override { return ledger_->remembers(); }
    // What was acquired before, what was given and what waits.
    [[nodiscard]] std::optional<std::uint64_t> expected() const override;

  private:
    using Clock = std::chrono::steady_clock;

    void attend(Clock::time_point now);
    void file_came(const std::string& name, Arrival arrival) override;
    void files_were_missed() override { search_.ask(); }
    void folder_moved() override { check_at_ = {}; }
    void watch_changed(bool is_watched) override { search_.set_events(is_watched); }
    void check_place(Clock::time_point now);
    [[nodiscard]] SpoolSearch::Known what_is_known(const std::string& name, const FileStatus& status);
    [[nodiscard]] bool give(const SpoolQueue::File& file, Item& item);
    [[nodiscard]] bool is_done_already(const std::string& name, const Item& item, const FileStatus& file);
    [[nodiscard]] bool must_settle(const SpoolQueue::File& file, const FileStatus& status);
    void tell_of_change(const std::string& name);
    void finish(std::uint64_t position, Move move);
    bool retry();  // true if files that could not be moved are finished now
    void count();

    SpoolPlace place_;
    SpoolNames names_;
    std::chrono::nanoseconds settle_time_;
    std::shared_ptr<SourceReport> report_;
    std::shared_ptr<LedgerLookup> ledger_;
    SpoolReceipts receipts_;
    SpoolStart start_;
    SpoolEvents events_;
    SpoolFlight flight_;
    SpoolQueue queue_;
    SpoolSearch search_;
    std::uint64_t acquired_;
    Clock::time_point tell_changed_at_{};
    std::uint64_t changed_untold_ = 0;
    Clock::time_point look_at_{};   // when look() does something again
    Clock::time_point check_at_{};  // when the place is looked at again
    bool stopped_ = false;
};

}  // namespace pipeline
