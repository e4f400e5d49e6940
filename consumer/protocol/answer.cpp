// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/answer.hpp"

#include <stdexcept>

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/spec/values.hpp"
#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMostShown = 100;  // bytes of a line that is no answer

std::string_view trimmed(std::string_view line) noexcept {
    constexpr std::string_view kBlanks = " \t\r";
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    const auto first = line.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(kBlanks) + 1 - first);
}

// If the line is `word` alone, or `word` and a reason, sets `result` to `status` with that reason, and
// returns true. Otherwise returns false.
bool is_verdict(std::string_view line, std::string_view word, Status status, Result& result) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    if (!line.empty() && line.front() != ' ' && line.front() != '\t') return false;
    std::string reason;
    clean_text(line, reason);
    result.set(status, reason);
    return true;
}

// If the line is "retry", perhaps with a duration and a reason, sets `result` to Waiting, and returns true.
bool is_retry(std::string_view line, Result& result, std::string& no_time) {
    if (!is_verdict(line, "retry", Status::Waiting, result)) return false;
    line.remove_prefix(std::string_view("retry").size());
    line = trimmed(line);
    const std::string_view first = line.substr(0, line.find_first_of(" \t"));
    if (first.empty()) return true;
    if (!set_retry_after(first, result)) {
        if (first.front() >= '0' && first.front() <= '9') no_time = first;
        return true;
    }
    std::string reason;
    clean_text(line.substr(first.size()), reason);
    const Attempt attempt = result.attempt;
    result.set(Status::Waiting, reason);
    result.attempt = attempt;
    result.has_attempt = true;
    return true;
}

}  // namespace

bool set_retry_after(std::string_view text, Result& result) {
    try {
        const auto after = parse_duration(text, std::chrono::milliseconds(1), kMostRetryAfter, true);
        result.attempt = Attempt();
        result.attempt.retry_after_us =
            static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(after).count());
        return result.has_attempt = true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

bool Answer::may_be_for(std::string_view invoice) const {
    if (!id || *id == invoice) return true;
    std::string buffer;
    return readable_id(invoice) == *id || readable_utf8(invoice, buffer) == *id;
}

std::string readable_id(std::string_view id) {
    std::string buffer;
    return readable_utf8(id, buffer).data() == id.data() ? std::string(id) : printable(id);
}

Answer read_answer(std::string_view line, Result& result, Teller teller) {
    line = trimmed(line);
    if (line == "booked") {
        result.set(Status::Booked);
        return {};
    }
    if (line.starts_with('{')) {
        Answer answer = read_json_answer(line, result, teller);
        if (answer.kind == Answer::Kind::None) answer.problem += ": " + quoted(line, kMostShown);
        return answer;
    }
    Answer answer;
    if (is_retry(line, result, answer.no_time)) return answer;
    if (is_verdict(line, "rejected", Status::Rejected, result) ||
        is_verdict(line, "failed", Status::Failed, result)) {
        return {};
    }
    return {Answer::Kind::None, quoted(line, kMostShown)};
}

}  // namespace pipeline
