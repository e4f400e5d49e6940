// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_names.hpp"

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

}  // namespace pipeline
