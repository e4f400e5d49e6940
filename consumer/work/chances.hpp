// SPDX-License-Identifier: Apache-2.0
// Decides what follows a failed attempt at an invoice: whether it gets another chance, and when. An attempt
// fails if the invoice's program (or its consumer) ends, runs too long or answers nonsense; such failures
// count up to --max-attempts. A program may also declare that the attempt failed for now (retry); such
// attempts do not count, but end --give-up-after the first of them.
//
// An invoice that gets another chance is recorded as waiting. The ledger gives it again when it is due, with
// what must be known of its earlier rounds (GivenAgain).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/core/hand.hpp"
#include "common/core/pace/hold.hpp"
#include "common/core/result.hpp"

namespace pipeline {

struct Chances {
    std::uint32_t max_attempts = 3;
    std::chrono::nanoseconds item_timeout{0};  // appears in the reason of an item that ran too long
    // False: the ledger stores nothing, so no invoice can wait. The next attempt follows at once.
    bool may_wait = false;
    // The delay before the second attempt; it doubles with each further one, up to the greatest.
    std::chrono::nanoseconds least_delay = std::chrono::seconds(1);
    std::chrono::nanoseconds greatest_delay = std::chrono::minutes(15);
    std::chrono::nanoseconds give_up_after = std::chrono::hours(24);
    std::optional<Hold> hold{};  // none: nothing is ever held
    std::uint32_t hold_after = 20;

    // Returns false if item i's id is unusable, if its body was left out, or if its attempts are used up.
    [[nodiscard]] bool has_chance(const Hand& hand, std::uint64_t i) const {
        const Item& item = hand.item(i);
        // Most items have no span, so no body and no earlier rounds.
        if (item.is_spanned() || item.id_unusable()) return has_chance_beyond(item, hand, i);
        return hand.deaths(i) < max_attempts;
    }
    // Sets the result of item i, for which has_chance() is false: failed, with the reason.
    void settle_without_chance(const Hand& hand, std::uint64_t i, Result& result) const;

    // Item i has failed once more, and hand.deaths(i) counts that already. Sets `result`, with `reason`: it
    // waits, or has failed for good. Returns false, and sets nothing, if the next attempt follows at once.
    [[nodiscard]] bool settle_failure(const Hand& hand, std::uint64_t i, std::string_view reason,
                                      Result& result) const;
    // The program has answered that item i must be tried again, after `result.attempt.retry_after_us` if
    // `result.has_attempt`. Completes `result`, whose status is Waiting, or makes it Failed.
    void settle_retry(const Hand& hand, std::uint64_t i, Result& result) const;

    // True if item i must not be tried now, because the source is held.
    [[nodiscard]] bool is_held(const Hand& hand, std::uint64_t i) const noexcept;
    // True if the source is held and item i is the one that may be tried.
    [[nodiscard]] bool is_tried_in_hold(const Hand& hand, std::uint64_t i) const noexcept;
    // Sets the result of an item that is not charged, because the source is held: it waits.
    void settle_held(const Hand& hand, std::uint64_t i, std::string_view reason, Result& result) const;
    // Counts an attempt at item i that has ended with `result`, and begins or ends a hold accordingly.
    void note_attempt(const Hand& hand, std::uint64_t i, const Result& result);
    // Begins a hold at once, because item i's attempt has shown that no invoice can be processed.
    void begin_hold(const Hand& hand, std::uint64_t i, std::string_view reason);

    // Adds to a result what is known of the item's earlier rounds. Call it for every result.
    static void complete(const Hand& hand, std::uint64_t i, Result& result) {
        if (result.has_attempt || hand.item(i).is_given_again()) complete_attempt(hand, i, result);
    }

    // Returns the delay after `attempts` attempts (at least 1), a tenth of it at random: not all that failed
    // together should be tried together.
    [[nodiscard]] std::chrono::nanoseconds delay_after(std::uint32_t attempts) const;

  private:
    // has_chance() of an item that has a span or an id that cannot be used.
    [[nodiscard]] bool has_chance_beyond(const Item& item, const Hand& hand, std::uint64_t i) const;
    static void complete_attempt(const Hand& hand, std::uint64_t i, Result& result);
};

}  // namespace pipeline
