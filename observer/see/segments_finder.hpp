// SPDX-License-Identifier: Apache-2.0
// Finds the segments of a pipeline by its name: the lock of the name says in which directory they lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pipeline {

class SegmentsFinder {
  public:
    // `lock_dirs`: where the lock may lie, the likeliest first.
    SegmentsFinder(std::string pipeline, std::vector<std::filesystem::path> lock_dirs)
        : pipeline_(std::move(pipeline)), lock_dirs_(std::move(lock_dirs)) {}

    [[nodiscard]] const std::string& pipeline() const noexcept { return pipeline_; }
    // Returns the name for SegmentsView::open(), in the first of these directories: one that a lock names and
    // that has segments of the pipeline; /dev/shm, if this user owns segments of the pipeline there; the
    // first one that a lock names; /dev/shm. Reads the locks anew each time, because the next supervisor may
    // use another directory.
    [[nodiscard]] std::string find() const;

  private:
    std::string pipeline_;
    std::vector<std::filesystem::path> lock_dirs_;
};

}  // namespace pipeline
