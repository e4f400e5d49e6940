// SPDX-License-Identifier: Apache-2.0
// Removes files of invoices from the folders of final outcomes of a spool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace pipeline {

class SpoolCleaner {
  public:
    // Removes the invoice's own file; leaves every other file of that name. Returns how many files it has
    // removed: 0 or 1. Logs a warning if one cannot be removed.
    std::uint64_t remove(std::string_view source, std::string_view id, std::uint64_t position);

  private:
    // The names in a folder that end with ~INODE, by what stands before that. Read once.
    using Renamed = std::multimap<std::string, std::string>;
    const Renamed& renamed_in(const std::filesystem::path& folder);

    std::map<std::filesystem::path, Renamed> renamed_;
};

}  // namespace pipeline
