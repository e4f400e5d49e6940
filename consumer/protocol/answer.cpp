// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/answer.hpp"

#include "consumer/work/clean_text.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view without_blanks_at_end(std::string_view text) noexcept {
    const auto last = text.find_last_not_of(kBlanks);
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// Reads "WORD" or "WORD REASON".
bool is_verdict(std::string_view line, std::string_view word, Status status, Result& result) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    if (!line.empty() && line.front() != ' ' && line.front() != '\t') return false;
    std::string reason;
    clean_text(line, reason);
    result.set(status, reason);
    return true;
}

}  // namespace

std::string read_answer(std::string_view line, std::string_view id, Result& result) {
    line = without_blanks_at_end(line);
    if (line == "booked") {
        result.set(Status::Booked);
        return {};
    }
    if (line.starts_with('{')) return read_json_answer(line, id, result);
    if (is_verdict(line, "rejected", Status::Rejected, result) ||
        is_verdict(line, "failed", Status::Failed, result)) {
        return {};
    }
    constexpr std::size_t kMostShown = 100;
    return quoted(line, kMostShown);
}

}  // namespace pipeline
