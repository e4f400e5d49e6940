// SPDX-License-Identifier: Apache-2.0
// Finds the file of an invoice from a spool: in the spool itself, or in the folder of an outcome.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

struct SpoolFile {
    std::string path;
    bool is_the_one;  // false: another file, which has the invoice's name
};

// Returns the bytes whose printable() form is `shown`.
[[nodiscard]] std::string bytes_of_printable(std::string_view shown);

// Returns the files of the invoice `id`, an id as the ledger has it, with the source `source` and the
// position `position`; the invoice's own file comes first. Returns none if the source is not a spool. Follows
// no link in place of a file.
[[nodiscard]] std::vector<SpoolFile> spool_files(std::string_view source, std::string_view id,
                                                 std::uint64_t position);

// Removes files of invoices from the folders of final outcomes.
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
