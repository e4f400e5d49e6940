// SPDX-License-Identifier: Apache-2.0
// A program's answer for one invoice, as docs/processors.md describes it: a line "booked", "rejected REASON",
// "failed REASON" or "retry [AFTER] [REASON]", or a JSON object that says more. read_answer() accepts nothing
// else, since any other line may belong to another invoice, or be no answer at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.hpp"

namespace pipeline {

struct Answer {
    enum class Kind : std::uint8_t {
        Understood,
        Refused,  // an answer, but a value in it cannot be recorded
        None,     // no answer
    };
    Kind kind = Kind::Understood;
    std::string problem{};            // why the line was not understood; empty if Understood
    std::optional<std::string> id{};  // the id in the answer, as UTF-8
    std::string unknown_key{};        // the first key in the answer that means nothing; empty: there is none
    // A word after "retry" that begins as a time and is none, so that it belongs to the reason; empty: there
    // is none.
    std::string no_time{};

    // True if the answer gives no id, or the id `invoice`. An id that is not UTF-8 is given as readable_id(),
    // or with U+FFFD for each byte that belongs to no character: some programs read lines like that.
    [[nodiscard]] bool may_be_for(std::string_view invoice) const;
};

// Returns the id as JSON tells it: itself if it is UTF-8, else printable(id).
[[nodiscard]] std::string readable_id(std::string_view id);

// The one that gives an answer: a user's program, or a process of ours (--isolate). Ours may say what an
// invoice's columns of the ledger are to hold; of a program, that is an unknown key.
enum class Teller : std::uint8_t { Program, Ours };

// Reads the answer `line` (no newline; blanks around it and a byte order mark are ignored) into `result`, but
// leaves `result.attempts` unchanged. Unless the kind is Understood, `result` is meaningless.
[[nodiscard]] Answer read_answer(std::string_view line, Result& result, Teller teller = Teller::Program);

// The longest time after which an answer may ask for another attempt.
inline constexpr std::chrono::hours kMostRetryAfter{24 * 365};
// If `text` is a duration with a unit (90s), stores it as the time after which the invoice must be tried
// again, and returns true.
[[nodiscard]] bool set_retry_after(std::string_view text, Result& result);

// As read_answer(), but only for a line that begins with a brace: an answer in JSON.
[[nodiscard]] Answer read_json_answer(std::string_view line, Result& result, Teller teller);

// Returns `result` as a JSON object in one line, with its newline. read_answer(..., Ours) reads it back as
// the same status, details, time of another attempt and terms of an invoice; any other `result.extra` is left
// out.
[[nodiscard]] std::string write_json_answer(std::string_view id, const Result& result);

}  // namespace pipeline
