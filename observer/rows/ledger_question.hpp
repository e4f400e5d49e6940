// SPDX-License-Identifier: Apache-2.0
// The questions that people ask the ledger, and its answers. Reads only, within a time limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "common/ledger/ledger_browser.hpp"
#include "common/spec/ledger_spec.hpp"
#include "observer/rows/invoice_facts.hpp"
#include "observer/rows/reason_groups.hpp"
#include "observer/rows/stored_hours.hpp"

namespace pipeline {

struct LedgerQuestion {
    enum class Kind : std::uint8_t {
        Groups,   // ReasonGroups
        Group,    // GroupRows of `status` and `text`, the reason, behind `behind`
        Invoice,  // InvoiceFacts of `text`, the id
        Day       // StoredHours
    };
    Kind kind = Kind::Groups;
    RowStatus status = RowStatus::Failed;
    std::string text;
    std::int64_t behind_us = INT64_MAX;  // with behind_row: a RowMark
    std::int64_t behind_row = INT64_MAX;
    std::string ledger;  // the text of a LedgerSpec

    bool operator==(const LedgerQuestion&) const = default;
};

// There is no answer. The sentence says why, and what to do.
struct NoAnswer {
    std::string sentence;
};

// `std::monostate`: the ledger does not know the invoice.
using LedgerAnswer =
    std::variant<NoAnswer, std::monostate, ReasonGroups, GroupRows, InvoiceFacts, StoredHours>;

// The time from the beginning of a look-up until its end, whether or not it is finished.
inline constexpr std::chrono::milliseconds kLookUpLimit{2000};

// Answers the question within kLookUpLimit, unless the ledger's file system does not answer.
[[nodiscard]] LedgerAnswer answer_of(const LedgerQuestion& question);

}  // namespace pipeline
