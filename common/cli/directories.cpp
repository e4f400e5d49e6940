// SPDX-License-Identifier: Apache-2.0
#include "common/cli/directories.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "common/spec/values.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kOurs = "invoice-pipeline";

std::string_view value_of(const Environment& environment, const char* variable) {
    const char* const value = environment(variable);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

// Returns the path; none if the text is not a path. The caller then treats the variable as not set.
std::optional<std::filesystem::path> usable(std::string_view text) {
    try {
        return parse_path(text);
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

std::optional<std::filesystem::path> first_of(std::string_view list) {
    return usable(list.substr(0, list.find(':')));
}

std::optional<std::filesystem::path> below(std::string_view base, const std::filesystem::path& rest) {
    if (!base.starts_with('/')) return std::nullopt;
    return usable((std::filesystem::path(base) / rest).native());
}

}  // namespace

Environment process_environment() {
    return [](const char* variable) -> const char* { return std::getenv(variable); };
}

std::optional<std::filesystem::path> default_state_directory(const Environment& environment) {
    if (auto path = first_of(value_of(environment, "STATE_DIRECTORY"))) return path;
    if (auto path = below(value_of(environment, "XDG_STATE_HOME"), kOurs)) return path;
    return below(value_of(environment, "HOME"), std::filesystem::path(".local/state") / kOurs);
}

std::optional<std::filesystem::path> default_runtime_directory(const Environment& environment) {
    if (auto path = first_of(value_of(environment, "RUNTIME_DIRECTORY"))) return path;
    return below(value_of(environment, "XDG_RUNTIME_DIR"), kOurs);
}

}  // namespace pipeline
