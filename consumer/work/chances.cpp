// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/chances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <random>

#include "common/base/clock.hpp"
#include "common/base/duration_text.hpp"
#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "common/os/journal.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;

GivenAgain earlier_rounds(const Hand& hand, std::uint64_t i) {
    return hand.given_again(i).value_or(GivenAgain());
}

// How often item i has failed in all rounds.
std::uint32_t failures_of(const Hand& hand, std::uint64_t i) {
    return earlier_rounds(hand, i).failures + std::uint32_t{hand.deaths(i)};
}

std::uint64_t microseconds(nanoseconds time) noexcept {
    return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(time).count());
}

template <class Integer>
Integer saturated(std::uint64_t value) noexcept {
    return static_cast<Integer>(std::min<std::uint64_t>(value, std::numeric_limits<Integer>::max()));
}

void need_attempt(Result& result) {
    if (!result.has_attempt) result.attempt = Attempt();
    result.has_attempt = true;
}

}  // namespace

bool Chances::has_chance_beyond(const Item& item, const Hand& hand, std::uint64_t i) const {
    if (item.id_unusable() || item.is_body_omitted()) return false;
    const std::uint32_t failures = item.is_given_again() ? failures_of(hand, i) : hand.deaths(i);
    return failures < max_attempts;
}

void Chances::settle_without_chance(const Hand& hand, std::uint64_t i, Result& result) const {
    if (hand.item(i).id_unusable()) {
        result.set(
            Status::Failed,
            "the source's id cannot be used: it is empty, longer than 4,096 bytes, or has a NUL byte "
            "(--source lines0:- or lines0:FILE takes ids that end with one) or, as a file name, a newline");
        result.attempts = 1;
    } else if (hand.item(i).is_body_omitted()) {
        result.set(Status::Failed,
                   hand.item(i).is_given_again()
                       ? "its body is not kept, or is too long for --body-capacity now: raise that, or let "
                         "its source give the invoice anew, under another position"
                       : "its body is longer than --body-max");
        result.attempts = 1;
    } else {
        // Given again with no attempt left: --max-attempts is lower than when it failed.
        const bool is_known = hand.deaths(i) != 0 || !hand.item(i).is_given_again();
        result.set(Status::Failed, is_known ? hand.cause(i).text(item_timeout)
                                            : "its attempts are used up; see the reason in its history");
        result.attempts = hand.deaths(i);
    }
    complete(hand, i, result);
}

bool Chances::settle_failure(const Hand& hand, std::uint64_t i, std::string_view reason,
                             Result& result) const {
    const std::uint32_t failures = failures_of(hand, i);
    const bool is_last = failures >= max_attempts;
    if (!is_last && !may_wait) return false;
    result.set(is_last ? Status::Failed : Status::Waiting, reason);
    result.attempts = hand.deaths(i);
    if (!is_last) {
        need_attempt(result);
        const GivenAgain earlier = earlier_rounds(hand, i);
        result.attempt.first_failed_us =
            earlier.first_failed_us != 0 ? earlier.first_failed_us : static_cast<std::uint64_t>(wall_us());
        result.attempt.retry_after_us = microseconds(delay_after(failures));
    }
    complete(hand, i, result);
    return true;
}

void Chances::settle_retry(const Hand& hand, std::uint64_t i, Result& result) const {
    const std::string reason(result.has_details ? result.details.reason_text() : std::string_view());
    const auto fail = [&](const std::string& why) {
        result.set(Status::Failed, reason.empty() ? why : fmt::format("{}: {}", why, reason));
    };
    if (!may_wait) return fail("asked for another attempt, but with --ledger none no invoice can wait");
    const bool is_delay_given = result.has_attempt;
    need_attempt(result);
    const GivenAgain earlier = earlier_rounds(hand, i);
    const auto now = static_cast<std::uint64_t>(wall_us());
    const std::uint64_t first = earlier.first_failed_us != 0 ? earlier.first_failed_us : now;
    if (now > first && now - first > microseconds(give_up_after)) {
        return fail(fmt::format("asked for another attempt, {} after the first one (--give-up-after)",
                                to_readable_text(give_up_after)));
    }
    result.attempt.first_failed_us = first;
    if (!is_delay_given)
        result.attempt.retry_after_us = microseconds(delay_after(earlier.attempts + result.attempts));
    // The last attempt is made when --give-up-after is over, not later.
    const std::uint64_t left =
        first + microseconds(give_up_after) - std::min(now, first + microseconds(give_up_after));
    result.attempt.retry_after_us = std::min(result.attempt.retry_after_us, left + 1);
}

bool Chances::is_held(const Hand& hand, std::uint64_t i) const noexcept {
    return may_wait && hold && !hold->lets_through(hand.word().first + i);
}

bool Chances::is_tried_in_hold(const Hand& hand, std::uint64_t i) const noexcept {
    return may_wait && hold && hold->is_on() && hold->lets_through(hand.word().first + i);
}

void Chances::settle_held(const Hand& hand, std::uint64_t i, std::string_view reason, Result& result) const {
    result.set(Status::Waiting, reason);
    result.attempts = hand.deaths(i);
    need_attempt(result);
    result.attempt.retry_after_us = microseconds(delay_after(1));
    complete(hand, i, result);
}

void Chances::note_attempt(const Hand& hand, std::uint64_t i, const Result& result) {
    if (!hold) return;
    if (result.status == Status::Booked || result.status == Status::Rejected) {
        if (hold->note_success())
            log_about(LogLevel::Notice, "source-released", printable(hand.id(i)),
                      "an invoice was processed: the source is not held any more");
        return;
    }
    if (hold->note_failure(hash_of(hand.id(i)), hold_after)) {
        const std::string id = printable(hand.id(i));
        const std::string reason(result.has_details ? result.details.reason_text() : "");
        log_event(
            LogLevel::Warning,
            fmt::format("{} invoices in a row have failed, the last one was {}: {}: the source is held, and "
                        "one invoice is tried from time to time (--hold-after, --hold-for)",
                        hold_after, id, reason),
            {{"event", "source-held"}, {"id", id}, {"reason", reason}});
    }
}

void Chances::begin_hold(const Hand& hand, std::uint64_t i, std::string_view reason) {
    if (!hold || hold_after == 0 || !hold->begin()) return;
    const std::string id = printable(hand.id(i));
    log_event(LogLevel::Warning,
              fmt::format("no invoice can be processed, as invoice {} shows: {}: the source is held, and one "
                          "invoice is tried from time to time",
                          id, reason),
              {{"event", "source-held"}, {"id", id}, {"reason", std::string(reason)}});
}

void Chances::complete_attempt(const Hand& hand, std::uint64_t i, Result& result) {
    need_attempt(result);
    const GivenAgain earlier = earlier_rounds(hand, i);
    result.attempt.failures = saturated<std::uint8_t>(earlier.failures + std::uint64_t{hand.deaths(i)});
    if (!hand.item(i).is_given_again()) return;
    result.attempt.flags |= Attempt::kGivenAgain;
    result.attempt.position = earlier.position;
    result.attempt.round = earlier.round;
    if (result.attempt.first_failed_us == 0) result.attempt.first_failed_us = earlier.first_failed_us;
}

nanoseconds Chances::delay_after(std::uint32_t attempts) const {
    nanoseconds delay = least_delay;
    for (std::uint32_t i = 1; i < attempts && delay < greatest_delay; ++i) delay *= 2;
    delay = std::min(delay, greatest_delay);
    static std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<nanoseconds::rep> jitter(0, delay.count() / 10);
    return delay + nanoseconds(jitter(random));
}

}  // namespace pipeline
