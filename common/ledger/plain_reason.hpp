// SPDX-License-Identifier: Apache-2.0
// Makes the reasons of different invoices comparable, by taking out what differs from invoice to invoice.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

// Returns the ids of the rules of EN 16931 with which a reason begins, without the figures behind them; any
// other reason as it is.
[[nodiscard]] std::string_view without_figures(std::string_view reason) noexcept;

// Returns `reason` with {} in place of the invoice's id, {/} in place of the part behind the id's last slash,
// and {/.} in place of that part without its last dot and what follows, so that reasons that differ only in
// these are the same. Leaves alone ids that are short, or that are words or numbers: they may stand for
// something else.
[[nodiscard]] std::string without_id(std::string_view reason, std::string_view id);

// Returns the reason under which the invoice `id` is counted: without figures and without its id.
[[nodiscard]] std::string plain_reason(std::string_view reason, std::string_view id);

}  // namespace pipeline
