// SPDX-License-Identifier: Apache-2.0
// A guess at a misspelt word: the "did you mean" of error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// The word that `written` begins, else the one that it most likely misspells: with a letter missing, too
// many, wrong, or exchanged with the next one; two such mistakes if `written` has more than four letters.
// Letters of the other case are equal. Empty if there is none.
[[nodiscard]] std::string nearest(std::string_view written, const std::vector<std::string>& words);

}  // namespace pipeline
