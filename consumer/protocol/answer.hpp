// SPDX-License-Identifier: Apache-2.0
// A program's answer for one invoice, as docs/processors.md describes it: a line "booked", "rejected REASON"
// or "failed REASON", or a JSON object that says more. Reading is strict: any other line may belong to
// another invoice, or be no answer at all.
#pragma once

#include <string>
#include <string_view>

#include "common/core/result.hpp"

namespace pipeline {

// Reads the answer `line` (no newline; trailing blanks are ignored) for the invoice `id` into `result`,
// except for its attempts. Returns an empty text, or in one line why the answer is invalid; `result` is then
// meaningless.
[[nodiscard]] std::string read_answer(std::string_view line, std::string_view id, Result& result);

// The same for a line that begins with a brace.
[[nodiscard]] std::string read_json_answer(std::string_view line, std::string_view id, Result& result);

// Returns the JSON object, in one line with its newline, which read_answer() reads back as the same result.
[[nodiscard]] std::string write_json_answer(std::string_view id, const Result& result);

}  // namespace pipeline
