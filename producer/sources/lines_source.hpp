// SPDX-License-Identifier: Apache-2.0
// lines:FILE: one id a line; an item's position is its line's byte offset. If the file grows, the source
// keeps reading, like `tail -f`. It does not return a last line without a newline, which may still grow,
// unless the pipeline finishes when the source has nothing more (`once`).
//
// The source checks, at a start and all the time, that it reads the same list as before:
// - First it compares all bytes before the resume position with their known digests (list_check.hpp). At a
//   start another list is a Failure (Configuration).
// - It follows the opened file, whatever happens to the name. At the file's end, if another file has the
// name,
//   that one must begin with the same bytes; the source then continues there.
// - It stops reading a file that was truncated or rewritten (list_reader.hpp, list_watch.hpp).
// A list that is no longer the same is *lost*: with `once` that is a Failure (Configuration). Otherwise the
// source returns nothing until the list is back, and checks for it a few times a second.
#pragma once

#include "producer/sources/inotify.hpp"
#include "producer/sources/list/list_check.hpp"
#include "producer/sources/list/list_reader.hpp"
#include "producer/sources/list/list_watch.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class LinesSource final : public Source {
  public:
    // Continues where `resume` says. Throws Failure: NoInput if `path` is not a regular file or cannot be
    // read, CannotCreate if another pipeline reads it.
    LinesSource(const std::filesystem::path& path, const Resume& resume, bool once,
                const SourceContext& context = {});

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] bool exhausted() const override;
    void stop() override { stopped_ = true; }
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    std::chrono::nanoseconds look() override;
    [[nodiscard]] std::optional<MarkedPosition> mark() const override;
    [[nodiscard]] std::optional<MarkedPosition> mark_at(std::uint64_t position) override;
    [[nodiscard]] std::optional<FileIdentity> file() const override;

  private:
    void compare();
    void refuse(ListCheck::Outcome outcome);
    void go_on();
    void read_on(ListFile file);
    void look_if_due();
    void look_for_list();
    void see_name(ListWatch::Name name);
    void see_state(ListReader::State state);
    void lose(const std::string& cause);
    void watch_changes();

    std::filesystem::path path_;
    std::string name_;
    bool once_;
    std::shared_ptr<SourceReport> report_;
    bool is_start_;  // no producer of this run has verified the list yet: refuse another one
    ListWatch watch_;
    ListWatch::Name leads_to_ = ListWatch::Name::Same;  // where the name leads

    std::optional<ListReader> reader_;   // of the file being read; none before the first comparison
    std::optional<ListFile> candidate_;  // being compared, to be read next
    ListCheck check_;
    std::optional<FileStatus> last_candidate_;  // already compared: skip it
    std::string lost_;                          // why the list is lost; empty: it is not

    std::optional<Inotify> changes_;  // none if the source finishes at the end of the file
    bool stopped_ = false;
    bool ended_ = false;  // with `once`: the end was reached and all items were returned
};

}  // namespace pipeline
