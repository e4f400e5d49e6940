// SPDX-License-Identifier: Apache-2.0
// lines:FILE: one id a line; an item's position is its line's byte offset. The file may grow, and is then
// read on like `tail -f` does. A last line without a newline may still grow and is therefore not given,
// unless the pipeline is to finish when the source has nothing more (`once`).
//
// It must be the list that was read before, at a start and all the time:
// - First everything before the position where reading goes on is compared with the digests that are known of
//   it (list_check.hpp). At a start another list is a Failure (Configuration).
// - The file that was opened is followed, whatever happens to its name. When it has been read to its end and
//   another file has its name, that one must begin with the same bytes; then it is read on.
// - A file that was cut or filled anew is read no further (list_reader.hpp, list_watch.hpp).
// A list that is not the same any more is *lost*: with `once` that is a Failure (Configuration). Else the
// source gives nothing until the list is back, for which it looks a few times a second.
#pragma once

#include "producer/sources/inotify.hpp"
#include "producer/sources/list/list_check.hpp"
#include "producer/sources/list/list_reader.hpp"
#include "producer/sources/list/list_watch.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class LinesSource final : public Source {
  public:
    // Goes on where `resume` says. Throws Failure: NoInput if `path` is not a regular file or cannot be read,
    // CannotCreate if another pipeline reads it.
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
    bool is_start_;  // no producer of this run has found the list to be the one: another one is refused
    ListWatch watch_;
    ListWatch::Name leads_to_ = ListWatch::Name::Same;  // the name

    std::optional<ListReader> reader_;   // of the file that is read; none before the first comparison
    std::optional<ListFile> candidate_;  // is being compared, to be read next
    ListCheck check_;
    std::optional<FileStatus> last_candidate_;  // one that need not be compared again
    std::string lost_;                          // why it is; empty: it is not

    std::optional<Inotify> changes_;  // none if the end of the file is the end
    bool stopped_ = false;
    bool ended_ = false;  // with `once`: the end was reached and all was given
};

}  // namespace pipeline
