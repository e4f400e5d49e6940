// SPDX-License-Identifier: Apache-2.0
// Remembers which files of a spool are in the pipeline, by position, so that the source gives no file twice.
// It keeps a few numbers for each file, and the file's name if that cannot be an id. It has as many entries
// as the pipeline has files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/core/item.hpp"
#include "common/os/file_identity.hpp"
#include "producer/sources/key_table.hpp"
#include "producer/sources/receipt.hpp"

namespace pipeline {

class SpoolFlight {
  public:
    // `positions`: those of the files that were in the pipeline before a restart. If `bare_inodes`, some of
    // them may be bare inodes, as version 0.1.0 recorded them (RingArea::bare_inodes).
    SpoolFlight(const std::unordered_set<std::uint64_t>& positions, bool bare_inodes);

    // Returns the position under which the file is in the pipeline; none if it is not there.
    [[nodiscard]] std::optional<std::uint64_t> find(const FileIdentity& file) const;
    [[nodiscard]] bool holds(std::uint64_t position) const { return files_.contains(position); }
    // Adds a file that the source gives to the pipeline. `is_id`: true if the file's name is also the
    // invoice's id. If not, add() also keeps the name.
    void add(const FileStatus& file, const std::string& name, bool is_id);
    // Call when a scan finds a file that was in the pipeline before a restart. Stores a name that is no id,
    // or was none to version 0.1.0.
    void found_again(std::uint64_t position, const std::string& name);
    // Returns the name of the receipt's file; none if it is no longer known.
    [[nodiscard]] std::optional<std::string> name_of(const Receipt& receipt) const;
    // True if the file's size or modification time has changed since the source gave the file to the
    // pipeline; false if the old size and time are unknown.
    [[nodiscard]] bool has_changed(std::uint64_t position, const FileStatus& now) const;
    void remove(std::uint64_t position);

  private:
    // The file's state when the source gave it to the pipeline; zeros if that was before a restart.
    struct Given {
        std::int64_t modified_ns = 0;
        std::uint64_t bytes = 0;
    };
    KeyTable<Given> files_;
    bool bare_inodes_;
    // By position: file names that cannot be ids. The records of these files have a safe id instead.
    std::unordered_map<std::uint64_t, std::string> odd_names_;
};

}  // namespace pipeline
