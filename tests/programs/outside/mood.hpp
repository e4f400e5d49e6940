// SPDX-License-Identifier: Apache-2.0
// What the program `moody` does with an invoice: decided by a seed, the id and the number of the attempt
// alone, so that a test knows what must become of each id, whatever was killed meanwhile.
#pragma once

#include <cstdint>
#include <string_view>

namespace pipeline::test {

struct Mood {
    enum class Answer : std::uint8_t { Booked, Failed, Retry, Death };

    static constexpr std::string_view kCause = "broken for good";

    // Of 100 ids, about one fails for good, ten ask for one to three retries, and two end the program once.
    Mood(std::uint64_t seed, std::string_view id) noexcept {
        std::uint64_t hash = seed ^ 0xcbf29ce484222325U;  // FNV-1a
        for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        hash ^= hash >> 29U;
        dice_ = hash % 100;
        retries_ = 1 + hash / 100 % 3;
    }
    [[nodiscard]] bool is_failed_for_good() const noexcept { return dice_ == 0; }
    // How many attempts do not succeed.
    [[nodiscard]] std::uint64_t vain_attempts() const noexcept {
        return dice_ > 12 ? 0 : dice_ > 10 ? 1 : dice_ > 0 ? retries_ : 0;
    }
    // `attempt` counts from 1.
    [[nodiscard]] Answer answer(std::uint64_t attempt) const noexcept {
        if (is_failed_for_good()) return Answer::Failed;
        if (attempt > vain_attempts()) return Answer::Booked;
        return dice_ > 10 ? Answer::Death : Answer::Retry;
    }

  private:
    std::uint64_t dice_;
    std::uint64_t retries_;
};

}  // namespace pipeline::test
