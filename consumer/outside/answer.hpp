// SPDX-License-Identifier: Apache-2.0
// What a program answers for one invoice, as docs/processors.md describes it: a line "booked", "rejected
// REASON" or "failed REASON", or a JSON object that says more. Reading is strict: a line that is not exactly
// one of these may belong to another invoice, or be no answer at all.
#pragma once

#include <string>
#include <string_view>

#include "common/core/result.hpp"

namespace pipeline {

// Reads the answer in `line` (without its newline; blanks at its end do not count) for the invoice `id` into
// `result`, but for its attempts. Returns an empty text, or what is wrong with the answer, in one line; the
// result then means nothing.
[[nodiscard]] std::string read_answer(std::string_view line, std::string_view id, Result& result);

// The same for a line that begins with a brace.
[[nodiscard]] std::string read_json_answer(std::string_view line, std::string_view id, Result& result);

// The JSON object, in one line with its newline, that read_answer() reads back as the same result.
[[nodiscard]] std::string write_json_answer(std::string_view id, const Result& result);

}  // namespace pipeline
