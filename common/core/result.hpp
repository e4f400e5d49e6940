// SPDX-License-Identifier: Apache-2.0
// What a processor makes of an invoice: a status and, for those that read one, its details.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pipeline {

// What processing said. Stored in shared memory and, as text, in the ledger: values are never reused.
enum class Status : std::uint8_t { Booked = 0, Rejected = 1, Failed = 2 };

// What the ledger made of a record: its row has that status, or its id was booked from another position.
enum class Outcome : std::uint8_t { Booked = 0, Rejected = 1, Failed = 2, Duplicate = 3 };

[[nodiscard]] std::string_view to_text(Status status) noexcept;
[[nodiscard]] std::string_view to_text(
    Outcome outcome) noexcept;  // "booked", "rejected", "failed", "duplicates"

// What an invoice says, as far as a ledger keeps it; 512 bytes, plain memory. Texts are UTF-8 and are
// cut at a character boundary when they are too long (a cut one ends in "...").
struct Details {
    enum Amount : std::uint8_t { Net, Tax, Gross, Due };  // each in hundredths of the currency

    std::array<std::int64_t, 4> amounts;
    std::uint8_t present;          // bit 1 << Amount: that amount was given
    std::array<char, 3> currency;  // ISO 4217 letters; the first is NUL if none was given
    std::uint16_t supplier_length;
    std::uint16_t reason_length;
    std::array<char, 200> supplier;
    std::array<char, 272> reason;  // why it was rejected or failed

    void clear() noexcept;
    void set_amount(Amount which, std::int64_t hundredths) noexcept;
    void set_currency(std::string_view text) noexcept;  // three letters; anything else is left out
    void set_supplier(std::string_view text) noexcept;
    void set_reason(std::string_view text) noexcept;

    [[nodiscard]] bool has(Amount which) const noexcept { return (present & (1U << which)) != 0; }
    [[nodiscard]] std::string_view currency_text() const noexcept;
    [[nodiscard]] std::string_view supplier_text() const noexcept;
    [[nodiscard]] std::string_view reason_text() const noexcept;
};

// A processor's answer for one invoice. `details` counts only if `has_details`.
struct Result {
    Status status = Status::Booked;
    std::uint8_t attempts = 1;
    bool has_details = false;
    Details details;

    // Makes it an answer without details.
    void set(Status new_status) noexcept {
        status = new_status;
        has_details = false;
    }
    // Makes it an answer whose details hold the reason alone.
    void set(Status new_status, std::string_view reason) noexcept {
        status = new_status;
        has_details = true;
        details.clear();
        details.set_reason(reason);
    }
};

// What a save takes of a Result: small, so that a whole batch stays in the nearest cache. Most have no
// details.
struct Finding {
    // Of the Result, which must live until the save; null if there are none.
    const Details* details = nullptr;
    Status status = Status::Booked;
    // Wider than in Result: else the compiler copies both by one load, right after they were stored one by
    // one, and such a load waits until both stores have left the processor's store buffer.
    std::uint16_t attempts = 1;

    Finding() noexcept = default;
    explicit Finding(const Result& result) noexcept
        : details(result.has_details ? &result.details : nullptr),
          status(result.status),
          attempts(result.attempts) {}
};

}  // namespace pipeline
