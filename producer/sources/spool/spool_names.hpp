// SPDX-License-Identifier: Apache-2.0
// Decides which names in a spool are invoices, and which of these are ids.
#pragma once

#include <string>
#include <string_view>

#include "common/core/item.hpp"

namespace pipeline {

class SpoolNames {
  public:
    // Both arguments are shell patterns (fnmatch(3)) that must match the whole name; they may use @(A|B)
    // (FNM_EXTMATCH). An empty `include` takes all names; an empty `exclude` excludes none.
    SpoolNames(std::string include, std::string exclude);

    // False for names that begin with a dot, do not match `include`, or match `exclude`.
    [[nodiscard]] bool takes(const char* name) const noexcept;

    // True if the name can be the id of its file's invoice. A name with a newline cannot: lists of names, and
    // programs that read requests line by line, would take it for two.
    [[nodiscard]] static bool is_id(std::string_view name) noexcept {
        return is_usable_id(name) && name.find('\n') == std::string_view::npos;
    }
    // Sets the item's id: the name, or a safe id if the name cannot be an id. `bytes`: see Item::set_id().
    static void set_id(Item& item, std::string_view name, std::string& bytes) {
        is_id(name) ? item.set_id(name, bytes) : item.set_safe_id(name);
    }

    // True if the name has a suffix, so that people would take a folder of that name for a file.
    [[nodiscard]] static bool looks_like_file(std::string_view name) noexcept {
        return name.find('.') != std::string_view::npos;
    }

  private:
    std::string include_;
    std::string exclude_;
};

}  // namespace pipeline
