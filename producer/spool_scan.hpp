// SPDX-License-Identifier: Apache-2.0
// One look at a whole spool folder: which files wait in it, oldest first. However many there are, only a
// bounded number of the oldest is kept; who has used them up looks again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_identity.hpp"

namespace pipeline {

// True if a file of that name in a spool is none of its invoices: the name begins with a dot.
[[nodiscard]] inline bool is_hidden(std::string_view name) noexcept {
    return name.starts_with('.');
}

struct SpoolScan {
    std::vector<std::string> names;  // by time of last change, then by name
    bool complete = true;            // false: there were more than fit
};

// Looks at every regular file directly in the folder `folder_fd` but hidden ones and those that
// `is_known(file, name)` is true of, and keeps the `most` (at least 1) oldest. `folder` is for messages.
// Throws Failure (NoInput) if the folder cannot be read.
[[nodiscard]] SpoolScan scan_spool(
    int folder_fd, const std::string& folder, std::size_t most,
    const std::function<bool(const FileIdentity&, std::string_view)>& is_known);

}  // namespace pipeline
