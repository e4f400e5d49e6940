// SPDX-License-Identifier: Apache-2.0
// The source spool:DIR: every regular file directly in DIR whose name does not begin with a dot (and matches
// the given patterns) is an invoice. Its id is the file's name; its position is made of inode and birth time;
// items have no order. Files present at the start come oldest first.
//
// inotify reports new files, and regular scans (spool_search.hpp) find files that no event reported. The
// source gives a file at once if a user has moved or linked it into DIR (rename(2), link(2)). It gives a file
// written in place when its writer closes it, and a file found by a scan once it has been unmodified for the
// settle time.
//
// The source gives no file twice while the file is in the pipeline: it remembers each position until the
// acknowledgement. While too many finished files cannot be moved (spool_receipts.hpp), it gives no new files.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.hpp"
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
        std::size_t waiting = 65'536;  // most names of waiting files to keep in memory, at least 1
        SpoolReceipts::Limits receipts;
    };

    // Creates DIR's outcome folders, and scans DIR for the first time. Throws Failure: NoInput if DIR is
    // missing, not a folder, not readable, or not the folder that `resume` names; CannotCreate if files
    // cannot be moved in DIR; InputOutput if DIR cannot be opened for a cause that may pass.
    SpoolSource(const std::filesystem::path& folder, const Resume& resume, Limits limits,
                const SourceContext& context = {});
    SpoolSource(const std::filesystem::path& folder, const Resume& resume)
        : SpoolSource(folder, resume, Limits{}) {}

    // Throws Failure (NoInput) when DIR was removed or renamed, or its path leads elsewhere.
    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] std::string_view bytes() const noexcept override { return bytes_; }
    [[nodiscard]] bool exhausted() const override;
    void stop() override {
        stopped_ = true;
        start_.end();
    }
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    // Throws the same errors as acquire().
    std::chrono::nanoseconds look() override;
    [[nodiscard]] bool wants_receipts() const noexcept override { return true; }
    void acknowledge(const Receipt& receipt) override;
    [[nodiscard]] BringBack bring_back(std::string_view id, std::uint64_t position) override;
    [[nodiscard]] bool can_go_without_receipts() const noexcept override { return ledger_->remembers(); }
    // Returns the number of items that this generation has acquired, plus the number of waiting files.
    [[nodiscard]] std::optional<std::uint64_t> expected() const override;

  private:
    using Clock = std::chrono::steady_clock;

    void attend(Clock::time_point now);
    void file_came(const std::string& name, Arrival arrival) override {
        if (queue_.add(name, arrival, wall_us() * 1000) == SpoolQueue::Added::Full) search_.ask();
    }
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
    bool retry();  // retries failed moves; true if some files are finished now
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
    std::string bytes_;  // of the last acquired items
    Clock::time_point tell_changed_at_{};
    std::uint64_t changed_untold_ = 0;
    Clock::time_point look_at_{};   // when look() must next call attend()
    Clock::time_point check_at_{};  // when to check again where the path leads
    bool stopped_ = false;
};

}  // namespace pipeline
