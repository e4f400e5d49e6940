// SPDX-License-Identifier: Apache-2.0
#include "common/spec/shell_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 10> kShells = {"sh",   "bash", "dash", "ash", "ksh",
                                                      "mksh", "zsh",  "fish", "csh", "tcsh"};
constexpr std::array<std::string_view, 22> kRunners = {
    "env",     "nice",    "ionice", "chrt",   "taskset", "nohup",   "setsid",  "timeout",
    "time",    "stdbuf",  "flock",  "sudo",   "doas",    "setpriv", "runuser", "chroot",
    "unshare", "busybox", "docker", "podman", "kubectl", "ssh"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view word) noexcept {
    const std::string_view name = word.substr(word.rfind('/') + 1);
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Returns the index of the text behind the shell at index `shell`.
std::optional<std::size_t> find_text_behind(const std::vector<std::string>& command, std::size_t shell) {
    bool has_text = false;
    for (std::size_t i = shell + 1; i < command.size(); ++i) {
        const std::string_view word = command[i];
        const bool is_option = word.size() > 1 && (word.front() == '-' || word.front() == '+');
        if (!is_option) return has_text ? std::optional(i) : std::nullopt;
        if (word.starts_with("--")) continue;
        has_text = has_text || (word.front() == '-' && word.find('c') != std::string_view::npos);
        if (word.ends_with('o') || word.ends_with('O')) ++i;  // -o NAME
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> find_shell_text(const std::vector<std::string>& command) {
    if (command.empty()) return std::nullopt;
    const std::size_t words = is_one_of(kRunners, command.front()) ? command.size() : 1;
    for (std::size_t i = 0; i < words; ++i) {
        if (!is_one_of(kShells, command[i])) continue;
        if (const auto text = find_text_behind(command, i)) return text;
    }
    return std::nullopt;
}

}  // namespace pipeline
