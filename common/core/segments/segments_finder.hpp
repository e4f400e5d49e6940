// SPDX-License-Identifier: Apache-2.0
// Finds the segments of a pipeline by its name: the lock file of that name holds the directory in which they
// lie.
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
    // Returns the name for SegmentsView::open(). It is in the first of these directories that applies:
    //   1. a directory that a lock names, if it has segments of the pipeline
    //   2. /dev/shm, if this user owns segments of the pipeline there
    //   3. the first directory that a lock names
    //   4. /dev/shm
    // Reads the locks anew on each call, because the next supervisor may use another directory.
    [[nodiscard]] std::string find() const;

  private:
    std::string pipeline_;
    std::vector<std::filesystem::path> lock_dirs_;
};

}  // namespace pipeline
