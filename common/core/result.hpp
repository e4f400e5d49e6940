// SPDX-License-Identifier: Apache-2.0
// A processor's result for an invoice: a status and, if the processor reads the invoice, its details.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pipeline {

// A processor's verdict. Stored in shared memory and, as text, in the ledger: values are never reused.
enum class Status : std::uint8_t { Booked = 0, Rejected = 1, Failed = 2 };

// The ledger's verdict on a record: its row has that status, or its id was booked from another position.
enum class Outcome : std::uint8_t { Booked = 0, Rejected = 1, Failed = 2, Duplicate = 3 };

[[nodiscard]] std::string_view to_text(Status status) noexcept;
[[nodiscard]] std::string_view to_text(
    Outcome outcome) noexcept;  // "booked", "rejected", "failed", "duplicates"

// Copies `text` into `to`, cut at a UTF-8 character boundary and with "..." at its end if it does not fit;
// returns the length.
[[nodiscard]] std::uint16_t store_text(std::span<char> to, std::string_view text) noexcept;

// The parts of an invoice that a ledger keeps; 512 bytes, plain memory. Texts are UTF-8, stored by
// store_text(). kDetailFields below lists the parts.
struct Details {
    enum Amount : std::uint8_t { Net, Tax, Gross, Due };  // each in hundredths of the currency
    static constexpr std::size_t kAmounts = Due + 1;

    std::array<std::int64_t, kAmounts> amounts;
    std::uint8_t present;          // bit 1 << Amount: that amount was given
    std::array<char, 3> currency;  // ISO 4217 letters; the first is NUL if none was given
    std::uint16_t supplier_length;
    std::uint16_t reason_length;
    std::array<char, 200> supplier;
    std::array<char, 272> reason;  // why it was rejected or failed

    void clear() noexcept {
        present = 0;
        currency[0] = '\0';
        supplier_length = 0;
        reason_length = 0;
    }
    void set_amount(Amount which, std::int64_t hundredths) noexcept {
        amounts[which] = hundredths;
        present = static_cast<std::uint8_t>(present | (1U << which));
    }
    void set_currency(std::string_view text) noexcept;  // three letters; anything else is left out
    void set_supplier(std::string_view text) noexcept { supplier_length = store_text(supplier, text); }
    void set_reason(std::string_view text) noexcept { reason_length = store_text(reason, text); }

    [[nodiscard]] bool has(Amount which) const noexcept { return (present & (1U << which)) != 0; }
    [[nodiscard]] std::string_view currency_text() const noexcept;
    [[nodiscard]] std::string_view supplier_text() const noexcept {
        return {supplier.data(), std::min<std::size_t>(supplier_length, supplier.size())};
    }
    [[nodiscard]] std::string_view reason_text() const noexcept {
        return {reason.data(), std::min<std::size_t>(reason_length, reason.size())};
    }
};

// One part of the details, under the name that ledgers and answers have for it. A program that goes through
// kDetailFields needs no change for a new one.
struct DetailField {
    enum class Kind : std::uint8_t {
        Text,
        Currency,
        Amount,
    };
    using GetText = std::string_view (Details::*)() const noexcept;
    using SetText = void (Details::*)(std::string_view) noexcept;

    std::string_view name;
    Kind kind;
    Details::Amount amount{};    // of an Amount
    GetText get_text = nullptr;  // of the others; empty: none was given
    SetText set_text = nullptr;
};
inline constexpr std::array kDetailFields{
    DetailField{"supplier", DetailField::Kind::Text, {}, &Details::supplier_text, &Details::set_supplier},
    DetailField{"currency", DetailField::Kind::Currency, {}, &Details::currency_text, &Details::set_currency},
    DetailField{"net", DetailField::Kind::Amount, Details::Net},
    DetailField{"tax", DetailField::Kind::Amount, Details::Tax},
    DetailField{"gross", DetailField::Kind::Amount, Details::Gross},
    DetailField{"due", DetailField::Kind::Amount, Details::Due},
    DetailField{"reason", DetailField::Kind::Text, {}, &Details::reason_text, &Details::set_reason},
};
static_assert(std::count_if(kDetailFields.begin(), kDetailFields.end(), [](const DetailField& field) {
                  return field.kind == DetailField::Kind::Amount;
              }) == Details::kAmounts);

// Null if there is none of that name.
[[nodiscard]] constexpr const DetailField* find_detail_field(std::string_view name) noexcept {
    const auto* const found = std::find_if(kDetailFields.begin(), kDetailFields.end(),
                                           [&](const DetailField& field) { return field.name == name; });
    return found == kDetailFields.end() ? nullptr : found;
}

// A processor's result for one invoice. `details` is valid only if `has_details`.
struct Result {
    Status status = Status::Booked;
    std::uint8_t attempts = 1;
    bool has_details = false;
    Details details;

    // Sets a result without details.
    void set(Status new_status) noexcept {
        status = new_status;
        has_details = false;
    }
    // Sets a result whose details hold only the reason.
    void set(Status new_status, std::string_view reason) noexcept {
        status = new_status;
        has_details = true;
        details.clear();
        details.set_reason(reason);
    }
};

// The part of a Result that a save needs: small, so that a whole batch stays in the nearest cache. Most have
// no details.
struct Finding {
    // Points into the Result, which must live until the save; null if there are none.
    const Details* details = nullptr;
    Status status = Status::Booked;
    // Wider than in Result: otherwise the compiler copies both with one load right after two separate stores,
    // and that load stalls until both stores have left the store buffer.
    std::uint16_t attempts = 1;

    Finding() noexcept = default;
    explicit Finding(const Result& result) noexcept
        : details(result.has_details ? &result.details : nullptr),
          status(result.status),
          attempts(result.attempts) {}
};

}  // namespace pipeline
