// SPDX-License-Identifier: Apache-2.0
// Where the segments of an earlier start may lie: a start may be given another --shm-dir than the one before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/options/pipeline_options.hpp"

namespace pipeline {

// Returns the names under which earlier starts may have left segments outside --shm-dir: in `left`, the
// directory that the last supervisor used (empty: unknown), or in /dev/shm, which supervisors up to version
// 0.1.0 used.
[[nodiscard]] std::vector<std::string> other_places(const PipelineOptions& options,
                                                    const std::filesystem::path& left);

// Returns the name of the segments of this user that an earlier start has left: `wanted`, the name of new
// ones, or else one of `elsewhere`. Returns `wanted` also if no segments are left.
[[nodiscard]] const std::string& name_of_left(const std::string& wanted,
                                              const std::vector<std::string>& elsewhere);

}  // namespace pipeline
