// SPDX-License-Identifier: Apache-2.0
// The document types (BT-3, codes of UNTDID 1001) that are credit notes: what they say is subtracted. The
// list is that of EN 16931's code lists, version 1.3.16.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace pipeline {

inline constexpr std::array<std::string_view, 13> kCreditNotes{
    "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"};

[[nodiscard]] constexpr bool is_credit_note(std::string_view kind) noexcept {
    return std::find(kCreditNotes.begin(), kCreditNotes.end(), kind) != kCreditNotes.end();
}

}  // namespace pipeline
