// SPDX-License-Identifier: Apache-2.0
// The facts about the attempts at an invoice beyond its status: when the last one ran and how it ended, and,
// if the invoice gets another chance, when. Most records of a fast processor have none of it.
#pragma once

#include <cstdint>

namespace pipeline {

struct Attempt {
    static constexpr std::uint16_t kNoExitStatus = UINT16_MAX;
    static constexpr std::uint16_t kSignal = 256;  // kSignal + n: signal n ended the program
    static constexpr std::uint8_t kGivenAgain = 1;

    std::uint64_t position = 0;         // given again: that of the invoice's row, not that of the item
    std::uint64_t first_failed_us = 0;  // when it failed first; microseconds since 1970, UTC; 0: never
    std::uint64_t retry_after_us = 0;   // waiting: how long from now on
    std::uint64_t started_us = 0;       // when the last attempt began, as first_failed_us; 0: unknown
    std::uint32_t worked_us = 0;        // how long that attempt took; UINT32_MAX: that long or longer
    std::uint32_t round = 0;            // given again: the round of the row (the column of the same name)
    std::uint16_t exit_status = kNoExitStatus;  // of a program: 0..255, or kSignal + n
    std::uint8_t failures = 0;                  // failed attempts in all rounds; 255: that many or more
    std::uint8_t flags = 0;                     // kGivenAgain: the ledger has a row, and gave the item
    std::uint32_t seal = 0;                     // seal_now() at the save; reveals any single flipped bit

    [[nodiscard]] bool is_given_again() const noexcept { return (flags & kGivenAgain) != 0; }
    // Each step is a bijection of the 64 bits, so a flipped bit always changes the sum before the fold.
    [[nodiscard]] std::uint32_t seal_now() const noexcept {
        constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
        std::uint64_t sum = kOdd;
        const auto add = [&sum](std::uint64_t value) { sum = (sum ^ (sum >> 29U) ^ value) * kOdd; };
        add(position);
        add(first_failed_us);
        add(retry_after_us);
        add(started_us);
        add(std::uint64_t{worked_us} << 32U | round);
        add(std::uint64_t{exit_status} << 16U | std::uint64_t{failures} << 8U | flags);
        return static_cast<std::uint32_t>(sum ^ (sum >> 32U));
    }
};
static_assert(sizeof(Attempt) == 48);

// The facts that a given-again item tells of its earlier rounds. It lies in the byte area, behind the id.
struct GivenAgain {
    std::uint64_t position = 0;         // of the invoice's row
    std::uint64_t first_failed_us = 0;  // as in Attempt
    std::uint32_t round = 0;
    std::uint16_t attempts = 0;  // in earlier rounds; 65535: that many or more
    std::uint16_t failures = 0;  // of them
    std::uint64_t seal = 0;      // seal_now()

    [[nodiscard]] std::uint64_t seal_now() const noexcept {
        constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
        std::uint64_t sum = kOdd;
        const auto add = [&sum](std::uint64_t value) { sum = (sum ^ (sum >> 29U) ^ value) * kOdd; };
        add(position);
        add(first_failed_us);
        add(std::uint64_t{round} << 32U | std::uint64_t{attempts} << 16U | failures);
        return sum;
    }
};
static_assert(sizeof(GivenAgain) == 32);

}  // namespace pipeline
