// SPDX-License-Identifier: Apache-2.0
// The sources lines:FILE and lines0:FILE, a list: each line is an id, and an item's position is its line's
// byte offset (line_reader.hpp). In lines0:FILE, a line ends with NUL. If the file grows, the source keeps
// reading, like `tail -f`. It does not return a last line without its end, which may still grow, unless the
// pipeline finishes when the source has nothing more (`once`).
//
// The source checks, at the start and from then on, that it reads the same list as before:
// - First it compares all bytes before the resume position with their known digests (list_check.hpp). If the
//   first producer of a run finds another list, it throws Failure (Configuration).
// - It keeps reading the open file even if the file is renamed or removed. If another file has the name when
//   the open one ends, the source continues there, but only if that file begins with the same bytes.
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
    // Continues at the position in `resume`. Throws Failure: NoInput if `path` is not a regular file or
    // cannot be read, CannotCreate if another pipeline reads it.
    LinesSource(const std::filesystem::path& path, const Resume& resume, bool once,
                const SourceContext& context = {}, const ListForm& form = kLines);

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] std::string_view bytes() const noexcept override {
        return reader_ ? reader_->bytes() : std::string_view();
    }
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
    ListForm form_;
    std::string name_;
    bool once_;
    std::shared_ptr<SourceReport> report_;
    bool is_start_;  // no producer of this run has verified the list yet: throw if the file is another list
    ListWatch watch_;
    ListWatch::Name leads_to_ = ListWatch::Name::Same;  // where the list's name led at the last check

    std::optional<ListReader> reader_;   // reads the list; none until the first comparison is done
    std::optional<ListFile> candidate_;  // a file being compared; if it is the list, it is read next
    ListCheck check_;
    std::optional<FileStatus> last_candidate_;  // was compared already: skip it
    std::string lost_;                          // why the list is lost; empty: it is not lost

    std::optional<Inotify> changes_;  // none with `once`
    bool stopped_ = false;
    bool ended_ = false;  // with `once`: the end was reached and all items were returned
};

}  // namespace pipeline
