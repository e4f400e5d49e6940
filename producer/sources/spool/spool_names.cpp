// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include <fnmatch.h>

#include <utility>

namespace pipeline {
namespace {

bool matches(const std::string& pattern, const char* name) noexcept {
    return ::fnmatch(pattern.c_str(), name, FNM_EXTMATCH) == 0;
}

}  // namespace

SpoolNames::SpoolNames(std::string include, std::string exclude)
    : include_(std::move(include)), exclude_(std::move(exclude)) {}

bool SpoolNames::takes(const char* name) const noexcept {
    if (*name == '.') return false;
    if (!include_.empty() && !matches(include_, name)) return false;
    return exclude_.empty() || !matches(exclude_, name);
}

std::string name_with_suffix(const std::string& name, const std::string& suffix) {
    return name.substr(0, NAME_MAX - suffix.size()) + suffix;
}

std::string name_with_infix(const std::string& name, const std::string& suffix) {
    const auto dot = name.find_last_of('.');
    if (dot == std::string::npos || dot == 0 || name.size() - dot + suffix.size() >= NAME_MAX)
        return name_with_suffix(name, suffix);
    const std::string extension = name.substr(dot);
    return name.substr(0, std::min(dot, NAME_MAX - suffix.size() - extension.size())) + suffix + extension;
}

bool is_made_name(std::string_view name) noexcept {
    constexpr std::string_view kDigits = "0123456789";
    const auto tilde = name.find_last_of('~');
    if (tilde == std::string_view::npos) return false;
    std::string_view suffix = name.substr(tilde + 1);
    if (const auto dot = suffix.find('.'); dot != std::string_view::npos && dot + 1 < suffix.size()) {
        if (suffix.find_first_not_of(kDigits, dot + 1) != std::string_view::npos) return false;
        suffix = suffix.substr(0, dot);
    }
    return !suffix.empty() && suffix.find_first_not_of(kDigits) == std::string_view::npos;
}

std::string made_suffix(std::uint64_t inode, unsigned attempt) {
    return attempt == 0 ? fmt::format("~{}", inode) : fmt::format("~{}.{}", inode, attempt);
}

}  // namespace pipeline
