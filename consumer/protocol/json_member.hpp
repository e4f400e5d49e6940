// SPDX-License-Identifier: Apache-2.0
// Finds the text of one member in JSON that a parser has found to be well-formed. A parser gives values, and
// a value of a number has lost its digits; the text has them all.
#pragma once

#include <string_view>

namespace pipeline {

// Returns the text of the value of the last member `name` of the outermost object of `json`, without blanks
// around it; an empty text if there is none. `json` must be well-formed. Throws std::bad_alloc.
[[nodiscard]] std::string_view last_member(std::string_view json, std::string_view name);

}  // namespace pipeline
