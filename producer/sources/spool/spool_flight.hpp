// SPDX-License-Identifier: Apache-2.0
// The files of a spool that are in the pipeline, by their positions: no file is given twice meanwhile. A
// name and a few numbers of each, so as much as the pipeline holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/core/layout.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

class SpoolFlight {
  public:
    // `positions` have been in the pipeline since before a restart; `bare_inodes` as in RingArea.
    SpoolFlight(const std::unordered_set<std::uint64_t>& positions, bool bare_inodes);

    // The position by which the file is in the pipeline; none: it is not.
    [[nodiscard]] std::optional<std::uint64_t> find(const FileIdentity& file) const;
    // A file is given under a name. `is_id`: that is the invoice's id too.
    void add(const FileStatus& file, const std::string& name, bool is_id);
    // A file that has been in the pipeline since before a restart has this name.
    void found_again(std::uint64_t position, const std::string& name);
    // The name of the record's file; none if it is not known any more.
    [[nodiscard]] std::optional<std::string> name_of(const Record& record) const;
    // True if size or time of change are not what they were when the file was given; false if that is not
    // known.
    [[nodiscard]] bool has_changed(std::uint64_t position, const FileStatus& now) const;
    void remove(std::uint64_t position);

  private:
    // A file as it was when it was given; zeros if that was before a restart.
    struct Given {
        std::int64_t modified_ns = 0;
        std::uint64_t bytes = 0;
    };
    std::unordered_map<std::uint64_t, Given> files_;
    bool bare_inodes_;
    // The names that cannot be ids: their records carry a safe id instead.
    std::unordered_map<std::uint64_t, std::string> odd_names_;
};

}  // namespace pipeline
