// SPDX-License-Identifier: Apache-2.0
// Finds the text in a command that a shell will read as a script: the TEXT of `sh -c TEXT`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pipeline {

// Returns the index of the word that a shell reads as its script; none if there is no such word. The shell is
// the command's program, or a word behind a program that runs others, such as env, nice, timeout or ssh. The
// letter c may be among other options of the shell (-ec, -lc).
[[nodiscard]] std::optional<std::size_t> find_shell_text(const std::vector<std::string>& command);

}  // namespace pipeline
