// SPDX-License-Identifier: Apache-2.0
// Decides which names in a spool are invoices.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

class SpoolNames {
  public:
    // Both arguments are shell patterns (fnmatch(3)) that must match the whole name; they may use @(A|B)
    // (FNM_EXTMATCH). An empty `include` takes all names; an empty `exclude` excludes none.
    SpoolNames(std::string include, std::string exclude);

    // False for names that begin with a dot, do not match `include`, or match `exclude`.
    [[nodiscard]] bool takes(const char* name) const noexcept;

    // True if the name has a suffix, so that people would take a folder of that name for a file.
    [[nodiscard]] static bool looks_like_file(std::string_view name) noexcept {
        return name.find('.') != std::string_view::npos;
    }

  private:
    std::string include_;
    std::string exclude_;
};

}  // namespace pipeline
