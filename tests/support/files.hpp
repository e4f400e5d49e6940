// SPDX-License-Identifier: Apache-2.0
// Files as a test writes, reads and counts them.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline::test {

// All bytes of the file; empty if it cannot be read, such as one in /proc of a process that has ended.
[[nodiscard]] inline std::string read_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();  // throws nothing, as iterators of it would
    return text.str();
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline void append_to(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

// The names of everything in the folder but folders, in order; none if the folder is not there.
[[nodiscard]] inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code is_not_there;
    for (const auto& entry : std::filesystem::directory_iterator(folder, is_not_there)) {
        if (!entry.is_directory(is_not_there)) names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// How many regular files lie in the folder, without hidden ones; 0 if it is not there.
[[nodiscard]] inline std::size_t files_in(const std::filesystem::path& folder) {
    std::size_t files = 0;
    std::error_code is_not_there;
    for (const auto& entry : std::filesystem::directory_iterator(folder, is_not_there)) {
        const bool is_hidden = entry.path().filename().native().starts_with('.');
        if (!is_hidden && entry.is_regular_file(is_not_there)) ++files;
    }
    return files;
}

[[nodiscard]] inline std::uint64_t inode_of(const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("lstat " + path.string());
    return status.st_ino;
}

}  // namespace pipeline::test
