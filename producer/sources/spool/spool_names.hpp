// SPDX-License-Identifier: Apache-2.0
// Which names in a spool are those of its invoices.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

class SpoolNames {
  public:
    // Patterns as of a shell, with @(A|B) too (fnmatch(3), FNM_EXTMATCH), for whole names. An empty `include`
    // takes all names, an empty `exclude` keeps none out.
    SpoolNames(std::string include, std::string exclude);

    // False for names that begin with a dot, that `include` does not match, or that `exclude` does.
    [[nodiscard]] bool takes(const char* name) const noexcept;

    // Whether people would take a folder of that name for a file: it has a suffix.
    [[nodiscard]] static bool looks_like_file(std::string_view name) noexcept {
        return name.find('.') != std::string_view::npos;
    }

  private:
    std::string include_;
    std::string exclude_;
};

}  // namespace pipeline
