// SPDX-License-Identifier: Apache-2.0
// The files of a spool that are in the pipeline, by position, so that none is given twice meanwhile. It keeps
// a few numbers of each, and its name if that is no id: as many entries as the pipeline holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/core/layout.hpp"
#include "common/os/file_identity.hpp"
#include "producer/sources/key_table.hpp"

namespace pipeline {

class SpoolFlight {
  public:
    // `positions` were in the pipeline before a restart; `bare_inodes` as in RingArea.
    SpoolFlight(const std::unordered_set<std::uint64_t>& positions, bool bare_inodes);

    // The file's position in the pipeline; none: it is not there.
    [[nodiscard]] std::optional<std::uint64_t> find(const FileIdentity& file) const;
    // Adds a file given under a name. `is_id`: the name is also the invoice's id.
    void add(const FileStatus& file, const std::string& name, bool is_id);
    // Sets the name of a file that was in the pipeline before a restart.
    void found_again(std::uint64_t position, const std::string& name);
    // The name of the record's file; none if no longer known.
    [[nodiscard]] std::optional<std::string> name_of(const Record& record) const;
    // True if size or modification time differ from when the file was given; false if these are unknown.
    [[nodiscard]] bool has_changed(std::uint64_t position, const FileStatus& now) const;
    void remove(std::uint64_t position);

  private:
    // The file's state when it was given; zeros if that was before a restart.
    struct Given {
        std::int64_t modified_ns = 0;
        std::uint64_t bytes = 0;
    };
    KeyTable<Given> files_;
    bool bare_inodes_;
    // Names that cannot be ids: their records carry a safe id instead.
    std::unordered_map<std::uint64_t, std::string> odd_names_;
};

}  // namespace pipeline
