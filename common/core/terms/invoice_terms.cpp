// SPDX-License-Identifier: Apache-2.0
#include "common/core/terms/invoice_terms.hpp"

#include "common/core/result.hpp"

namespace pipeline {
namespace {

// Ends each term. No term contains it, since it is a control character.
constexpr char kEnd = '\x1f';

}  // namespace

void InvoiceTerms::set(Term term, std::string_view text) {
    std::array<char, kMaxTermBytes> buffer;
    const std::size_t length = store_text(buffer, text);
    terms[static_cast<std::size_t>(term)].assign(buffer.data(), length);
}

std::string InvoiceTerms::packed() const {
    std::string text;
    for (const std::string& term : terms) {
        text += term;
        text += kEnd;
    }
    return text += result;
}

std::optional<InvoiceTermsView> unpack_terms(std::string_view text) noexcept {
    InvoiceTermsView view;
    for (std::string_view& term : view.terms) {
        const std::size_t end = text.find(kEnd);
        if (end > kMaxTermBytes) return std::nullopt;  // also if there is no end
        term = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    view.result = text;
    return view;
}

}  // namespace pipeline
