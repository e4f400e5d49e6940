// SPDX-License-Identifier: Apache-2.0
// spool:DIR: every regular file directly in DIR whose name does not begin with a dot is an invoice; its id
// is the file's name, its position made of inode and birth time, and it has no order. What is there at the
// start comes oldest first; new files are noticed by inotify. Files are handed over by rename(2) into DIR (or
// link(2)): one that is written in place is given when its writer closes it, or at the latest look at the
// folder.
//
// No file is given twice while it is in the pipeline: the positions of those are remembered until their
// acknowledgement. Where inotify cannot say what happened, the whole folder is looked at again. While too
// many files of what is done cannot be moved (spool_receipts.hpp), no more are given.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "common/fd.hpp"
#include "producer/inotify.hpp"
#include "producer/source.hpp"
#include "producer/spool_receipts.hpp"

namespace pipeline {

class SpoolSource final : public Source {
  public:
    struct Limits {
        std::size_t waiting = 65'536;  // names of waiting files that are kept in memory, at least 1
        SpoolReceipts::Limits receipts;
    };

    // Makes DIR's folders for what is done, and looks at DIR for the first time. Throws Failure: NoInput
    // if DIR is not there, not a folder, not readable, or another one than `resume` says; CannotCreate if
    // files could not be moved.
    SpoolSource(const std::filesystem::path& folder, const Resume& resume, Limits limits,
                const SourceContext& context = {});
    SpoolSource(const std::filesystem::path& folder, const Resume& resume)
        : SpoolSource(folder, resume, Limits{}) {}

    // Throws Failure (NoInput) when DIR has been removed or renamed.
    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] bool exhausted() const override;
    void stop() override { stopped_ = true; }
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    [[nodiscard]] bool wants_receipts() const noexcept override { return true; }
    void acknowledge(const Record& record) override;
    // What was acquired before, what was given and what waits; none while more waits than is known.
    [[nodiscard]] std::optional<std::uint64_t> expected() const override;

  private:
    void take_events();
    void on_event(std::uint32_t mask, std::string_view name);
    void look_again();
    void check_still_there() const;
    [[nodiscard]] bool give(const std::string& name, Item& item);
    void finish(std::uint64_t position, Move move);
    void require_same_folder(const FileIdentity& expected) const;
    [[nodiscard]] std::optional<std::uint64_t> position_in_flight(const FileIdentity& file) const;
    bool retry();  // true if files that could not be moved are finished now

    std::string folder_;
    Limits limits_;
    UniqueFd folder_fd_;
    std::shared_ptr<SourceReport> report_;
    SpoolReceipts receipts_;
    Inotify events_;
    std::deque<std::string> waiting_;
    std::unordered_set<std::uint64_t> in_flight_;  // by position
    bool bare_inodes_;
    // The names of those in flight that cannot be ids: their records carry a safe id instead.
    std::unordered_map<std::uint64_t, std::string> odd_names_;
    std::uint64_t acquired_;
    bool look_again_ = true;  // there may be files that neither waiting_ nor inotify knows of
    bool more_ = false;       // there certainly are
    bool moved_away_ = false;
    bool stopped_ = false;
};

}  // namespace pipeline
