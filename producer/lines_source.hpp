// SPDX-License-Identifier: Apache-2.0
// lines:FILE: one id a line; an item's position is its line's byte offset. The file may grow, and is then
// read on like `tail -f` does: the file that was opened is followed, whatever happens to its name. A last
// line without a newline may still grow and is therefore not given, unless the pipeline is to finish
// when the source has nothing more (`once`). A file that has shrunk is a Failure.
#pragma once

#include "common/fd.hpp"
#include "producer/inotify.hpp"
#include "producer/line_reader.hpp"
#include "producer/source.hpp"

namespace pipeline {

class LinesSource final : public Source {
  public:
    // Goes on at byte `position`. Throws Failure: NoInput if `path` is not a regular file or cannot be
    // read; Configuration if `position` is beyond its end or within a line, which says that it is not the
    // file that was read.
    LinesSource(const std::filesystem::path& path, std::uint64_t position, bool once);

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] bool exhausted() const override;
    void stop() override { stopped_ = true; }
    void wait(int signal_fd, std::chrono::milliseconds bound) override;

  private:
    // The offset at which reading goes on: where the last line ended, or behind the line end that was
    // missing when the last line was taken.
    [[nodiscard]] std::uint64_t checked_start(std::uint64_t position) const;
    [[nodiscard]] std::size_t read_at(std::span<char> to, std::uint64_t offset) const;
    [[nodiscard]] std::uint64_t file_bytes() const;

    std::string name_;
    bool once_;
    std::optional<Inotify> changes_;  // none if the end of the file is the end
    UniqueFd file_;
    LineReader lines_;
    bool start_checked_;  // false: it was the end of the file, and what follows is not known yet
    bool stopped_ = false;
    bool ended_ = false;  // with `once`: the end was reached and all was given
};

}  // namespace pipeline
