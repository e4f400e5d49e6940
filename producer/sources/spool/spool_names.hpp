// SPDX-License-Identifier: Apache-2.0
// Decides which names in a spool are invoices, and which of these are ids.
#pragma once

#include <cstdint>
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

// The names that a move makes of one that is taken: both cut it if it would be too long.
// made_suffix() returns ~INODE, or ~INODE.N at a further attempt.
[[nodiscard]] std::string made_suffix(std::uint64_t inode, unsigned attempt);
// is_made_name(): true if the name ends like that.
[[nodiscard]] bool is_made_name(std::string_view name) noexcept;
[[nodiscard]] std::string name_with_suffix(const std::string& name, const std::string& suffix);
// Puts the suffix before the extension, so that a pattern (--spool-include) that matches `name` mostly
// matches the result too.
[[nodiscard]] std::string name_with_infix(const std::string& name, const std::string& suffix);

}  // namespace pipeline
