// SPDX-License-Identifier: Apache-2.0
// Where the file of an invoice is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/spec/specs.hpp"

namespace pipeline {

// The directory in which ids are the names of files; empty for a source whose ids are paths, if anything.
[[nodiscard]] inline std::filesystem::path invoice_directory(const SourceSpec& source) {
    return source.kind == SourceSpec::Kind::Spool ? source.path : std::filesystem::path();
}

// The file of the id in that directory, or the id as it is.
[[nodiscard]] inline std::string invoice_path(const std::filesystem::path& directory, std::string_view id) {
    std::string path = directory.native();
    if (!path.empty() && path.back() != '/') path += '/';
    path += id;
    return path;
}

}  // namespace pipeline
