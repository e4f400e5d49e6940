// SPDX-License-Identifier: Apache-2.0
// The terms of an invoice that the ledger has columns for and Details has no room for. On its way to the
// ledger, a record holds them as one text (Extra::Invoice), together with the result.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

// The order is that of the packed text. Shared memory holds it: append new terms only.
enum class Term : std::uint8_t { Kind, Number, IssuedOn, DueOn, SupplierId, Buyer, FileDigest };
inline constexpr std::size_t kTerms = 7;
// The names of the terms' columns, in the order of Term.
inline constexpr std::array<std::string_view, kTerms> kTermNames{
    "kind", "number", "issued_on", "due_on", "supplier_id", "buyer", "file_digest"};
// The most bytes of a term. A longer one is cut between two characters and ends with "...".
inline constexpr std::size_t kMaxTermBytes = 200;

// The terms and the result of a packed text, which the views refer to. An absent term is empty; so is an
// absent result.
struct InvoiceTermsView {
    std::array<std::string_view, kTerms> terms;
    std::string_view result;

    [[nodiscard]] std::string_view operator[](Term term) const noexcept {
        return terms[static_cast<std::size_t>(term)];
    }
};

struct InvoiceTerms {
    std::array<std::string, kTerms> terms;
    std::string result;  // JSON; empty if there is none

    // Stores a text of one line, without control characters. Cuts one that is too long.
    void set(Term term, std::string_view text);
    // Returns all terms and the result as one text.
    [[nodiscard]] std::string packed() const;
};

// Reads a packed text; none if it was not made by InvoiceTerms::packed().
[[nodiscard]] std::optional<InvoiceTermsView> unpack_terms(std::string_view text) noexcept;

}  // namespace pipeline
