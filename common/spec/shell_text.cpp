// SPDX-License-Identifier: Apache-2.0
#include "common/spec/shell_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 12> kShells = {"sh",  "bash", "dash", "ash",  "ksh",   "mksh",
                                                      "zsh", "fish", "csh",  "tcsh", "rbash", "yash"};
constexpr std::array<std::string_view, 27> kRunners = {
    "env",     "nice",   "ionice", "chrt",    "taskset", "nohup",   "setsid", "timeout", "time",
    "stdbuf",  "flock",  "sudo",   "doas",    "setpriv", "runuser", "chroot", "unshare", "nsenter",
    "busybox", "docker", "podman", "kubectl", "ssh",     "strace",  "ltrace", "xargs",   "find"};
// These give the text behind -c to a shell.
constexpr std::array<std::string_view, 4> kShellUsers = {"su", "runuser", "script", "flock"};

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
    if (is_one_of(kShellUsers, command.front())) {
        for (std::size_t i = 1; i + 1 < command.size(); ++i) {
            if (command[i] == "-c" || command[i] == "--command") return i + 1;
        }
    }
    const std::size_t words = is_one_of(kRunners, command.front()) ? command.size() : 1;
    for (std::size_t i = 0; i < words; ++i) {
        if (!is_one_of(kShells, command[i])) continue;
        if (const auto text = find_text_behind(command, i)) return text;
    }
    return std::nullopt;
}

}  // namespace pipeline
