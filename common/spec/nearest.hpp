// SPDX-License-Identifier: Apache-2.0
// A guess at a misspelt word: the "did you mean" of error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// Returns a word that begins with `written`. If there is none, returns the word that `written` misspells with
// the fewest mistakes: at most one, or two if `written` has more than four letters. A mistake is a letter
// that is missing, too many, wrong, or exchanged with the next letter. The case of `written` does not matter.
// Returns an empty text if no word is near.
[[nodiscard]] std::string nearest(std::string_view written, const std::vector<std::string>& words);

}  // namespace pipeline
