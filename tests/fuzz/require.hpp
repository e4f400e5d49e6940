// SPDX-License-Identifier: Apache-2.0
// What a fuzzer checks besides that nothing crashes.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "common/base/utf8.hpp"
#include "common/core/result.hpp"

namespace pipeline::test {

inline void require(bool holds, std::string_view what) {
    if (holds) return;
    fmt::print(stderr, "not so: {}\n", what);
    std::abort();
}

inline bool is_one_line(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    }
    return true;
}
// One line of UTF-8, as a ledger can take it.
inline bool is_clean(std::string_view text) {
    std::string buffer;
    return is_one_line(text) && readable_utf8(text, buffer) == text;
}

// All that a result says, so that two can be compared. Empty details say nothing, as none do.
inline std::string described(const Result& result) {
    std::string text = fmt::format("{}", static_cast<int>(result.status));
    if (result.status == Status::Waiting && result.has_attempt)
        text += fmt::format(" after {} us", result.attempt.retry_after_us);
    Details details;
    details.clear();
    if (result.has_details) details = result.details;
    text += fmt::format("|{}|{}|{}", details.supplier_text(), details.currency_text(), details.reason_text());
    for (const auto amount : {Details::Net, Details::Tax, Details::Gross, Details::Due})
        text += details.has(amount) ? fmt::format("|{}", details.amounts[amount]) : "|-";
    return text;
}

}  // namespace pipeline::test
