// SPDX-License-Identifier: Apache-2.0
// Finds the file of an invoice from a spool: in the spool itself, or in the folder of an outcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

struct SpoolFile {
    std::string path;
    bool is_the_one;  // false: another file, which has the invoice's name
};

// A spool's folder and the name of a file in it.
struct SpoolName {
    std::filesystem::path spool;
    std::string name;
};

// Returns the bytes whose printable() form is `shown`.
[[nodiscard]] std::string bytes_of_printable(std::string_view shown);

// Returns where the invoice `id` of `source` was, both as the ledger has them; none if the source is no spool
// or the id is not the name of a file.
[[nodiscard]] std::optional<SpoolName> spool_name(std::string_view source, std::string_view id);

// Returns the file at `path`, and whether it is the one with this position; none if there is no file. Follows
// no link in place of a file.
[[nodiscard]] std::optional<SpoolFile> look_for_file(const std::filesystem::path& path,
                                                     std::uint64_t position);

// Returns the files of the invoice `id`, an id as the ledger has it, with the source `source` and the
// position `position`; the invoice's own file comes first. Returns none if the source is not a spool. Follows
// no link in place of a file. To find a file that has another name by now, reads the folders; at most
// `most_entries` of their entries.
[[nodiscard]] std::vector<SpoolFile> spool_files(std::string_view source, std::string_view id,
                                                 std::uint64_t position, std::size_t most_entries = SIZE_MAX);

}  // namespace pipeline
