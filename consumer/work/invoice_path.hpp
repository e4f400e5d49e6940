// SPDX-License-Identifier: Apache-2.0
// The path of an invoice's file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/spec/source_spec.hpp"

namespace pipeline {

// The directory in which ids are file names; empty if the source's ids are paths, or do not name files.
[[nodiscard]] inline std::filesystem::path invoice_directory(const SourceSpec& source) {
    return source.traits().ids == SourceTraits::Ids::FileNames ? source.path : std::filesystem::path();
}

// The path of the id's file in `directory`; the id itself if `directory` is empty.
[[nodiscard]] inline std::string invoice_path(const std::filesystem::path& directory, std::string_view id) {
    std::string path = directory.native();
    if (!path.empty() && path.back() != '/') path += '/';
    path += id;
    return path;
}

}  // namespace pipeline
