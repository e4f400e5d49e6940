// SPDX-License-Identifier: Apache-2.0
// A processor's result for an invoice: a status and, if the processor reads the invoice, its details.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/core/attempt.hpp"
#include "common/core/bytes/byte_span.hpp"

namespace pipeline {

// The processor's verdict on an invoice. Shared memory holds the value, and the ledger the text: never reuse
// a value. Waiting: the attempt failed for now, and the invoice must be given again later.
enum class Status : std::uint8_t { Booked = 0, Rejected = 1, Failed = 2, Waiting = 4 };

// The ledger's verdict on a record: the status of its row, or Duplicate if its id has a row from another
// position. The values are those of Status.
enum class Outcome : std::uint8_t { Booked = 0, Rejected = 1, Failed = 2, Duplicate = 3, Waiting = 4 };

[[nodiscard]] constexpr bool is_status(Status status) noexcept {
    return status <= Status::Failed || status == Status::Waiting;
}

[[nodiscard]] std::string_view to_text(Status status) noexcept;
// Returns "booked", "rejected", "failed", "waiting" or "duplicates".
[[nodiscard]] std::string_view to_text(Outcome outcome) noexcept;
// The outcome whose row has the status `text`; Failed if the text is none of a row's.
[[nodiscard]] Outcome parse_outcome(std::string_view text) noexcept;

// Copies `text` into `to`, and returns the length of the copy. If `text` does not fit, cuts it between two
// UTF-8 characters and ends it with "...".
[[nodiscard]] std::uint16_t store_text(std::span<char> to, std::string_view text) noexcept;

// The parts of an invoice that a ledger keeps; 512 bytes, plain memory. Texts are UTF-8, stored by
// store_text(). kDetailFields below lists the parts.
struct Details {
    enum Amount : std::uint8_t { Net, Tax, Gross, Due };  // in minor units of the currency
    static constexpr std::size_t kAmounts = Due + 1;

    std::array<std::int64_t, kAmounts> amounts;
    std::uint8_t present;          // bit (1 << Amount) is set: the invoice has that amount
    std::array<char, 3> currency;  // three letters (ISO 4217); the first is NUL if there is no currency
    std::uint16_t supplier_length;
    std::uint16_t reason_length;
    std::array<char, 200> supplier;
    std::array<char, 272> reason;  // why the invoice was rejected or failed

    void clear() noexcept {
        present = 0;
        currency[0] = '\0';
        supplier_length = 0;
        reason_length = 0;
    }
    void set_amount(Amount which, std::int64_t minor_units) noexcept {
        amounts[which] = minor_units;
        present = static_cast<std::uint8_t>(present | (1U << which));
    }
    void set_currency(std::string_view text) noexcept;  // sets none unless `text` is three letters A-Z
    void set_supplier(std::string_view text) noexcept { supplier_length = store_text(supplier, text); }
    void set_reason(std::string_view text) noexcept { reason_length = store_text(reason, text); }

    // Returns a value that changes if any single bit of `present` or of the lengths flips.
    [[nodiscard]] unsigned seal_now() const noexcept {
        const unsigned lengths = unsigned{supplier_length} ^ reason_length;
        return present ^ (lengths & 0xffU) ^ (lengths >> 8U);
    }

    [[nodiscard]] bool has(Amount which) const noexcept { return (present & (1U << which)) != 0; }
    [[nodiscard]] std::string_view currency_text() const noexcept;
    [[nodiscard]] std::string_view supplier_text() const noexcept {
        return {supplier.data(), std::min<std::size_t>(supplier_length, supplier.size())};
    }
    [[nodiscard]] std::string_view reason_text() const noexcept {
        return {reason.data(), std::min<std::size_t>(reason_length, reason.size())};
    }
};

// One part of the details, with its name in ledgers and in the answers of programs. Code that loops over
// kDetailFields needs no change for a new part.
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
    Details::Amount amount{};    // for an Amount
    GetText get_text = nullptr;  // for the other kinds; returns an empty text if the invoice has none
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

// Returns the field of that name; null if there is none.
[[nodiscard]] constexpr const DetailField* find_detail_field(std::string_view name) noexcept {
    const auto* const found = std::find_if(kDetailFields.begin(), kDetailFields.end(),
                                           [&](const DetailField& field) { return field.name == name; });
    return found == kDetailFields.end() ? nullptr : found;
}

// The text that comes with a result, at most kMaxResultBytes: the `result` of a program's answer, its output,
// or the packed terms of an invoice (invoice_terms.hpp).
struct ExtraText {
    Extra kind = Extra::None;
    std::string text;
};

// A processor's result for one invoice. `details` is valid only if `has_details`, `attempt` only if
// `has_attempt`.
struct Result {
    Status status = Status::Booked;
    std::uint8_t attempts = 1;
    bool has_details = false;
    bool has_attempt = false;
    Details details;
    Attempt attempt;
    std::unique_ptr<ExtraText> extra;  // none for most invoices

    // Sets a result without details, attempt and extra text.
    void set(Status new_status) noexcept {
        status = new_status;
        has_details = false;
        has_attempt = false;
        extra.reset();
    }
    // Sets a result whose details hold only the reason.
    void set(Status new_status, std::string_view reason) noexcept {
        set(new_status);
        has_details = true;
        details.clear();
        details.set_reason(reason);
    }
};

// The part of a Result that a save needs. It is small, so that a whole batch stays in the nearest cache.
struct Finding {
    // All three point into the Result, which must live until the save; null if the result has none.
    const Details* details = nullptr;
    const ExtraText* extra = nullptr;
    const Attempt* attempt = nullptr;
    Status status = Status::Booked;
    // This field is wider than Result::attempts. Otherwise the compiler would copy status and attempts with
    // one load, right after the processor has set them with two stores; such a load stalls until both stores
    // have left the store buffer.
    std::uint16_t attempts = 1;

    Finding() noexcept = default;
    explicit Finding(const Result& result) noexcept
        : details(result.has_details ? &result.details : nullptr),
          extra(result.extra.get()),
          attempt(result.has_attempt ? &result.attempt : nullptr),
          status(result.status),
          attempts(result.attempts) {}
};

}  // namespace pipeline
