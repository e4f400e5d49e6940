// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/ledger_question.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// Counting ends a little before the limit at which the ledger ends the reading, so that what was counted by
// then is told.
constexpr std::chrono::milliseconds kReserve{300};

LedgerAnswer ask(LedgerBrowser& browser, const LedgerQuestion& question, const LedgerSpec& ledger,
                 Deadline until) {
    const Deadline soon = until - kReserve;
    switch (question.kind) {
        case LedgerQuestion::Kind::Groups:
            return read_reason_groups(browser, soon);
        case LedgerQuestion::Kind::Group:
            return read_group(browser, question.status, question.text,
                              {question.behind_us, question.behind_row}, soon);
        case LedgerQuestion::Kind::Invoice:
            if (auto facts = read_invoice(browser, question.text, ledger, until)) return *std::move(facts);
            return std::monostate();
        case LedgerQuestion::Kind::Day:
            break;
    }
    return read_stored_hours(browser, wall_us(), soon);
}

}  // namespace

LedgerAnswer answer_of(const LedgerQuestion& question) {
    const Deadline until = Clock::now() + kLookUpLimit;
    try {
        const LedgerSpec ledger = parse_ledger(question.ledger);
        LedgerAnswer answer;
        const bool has_rows = browse_ledger(
            ledger, [&](LedgerBrowser& browser) { answer = ask(browser, question, ledger, until); }, until);
        if (has_rows) return answer;
        return NoAnswer{fmt::format("the ledger '{}' keeps no rows", printable(ledger.text()))};
    } catch (const Failure& failure) {
        return NoAnswer{failure.what()};
    } catch (const std::invalid_argument& refusal) {
        return NoAnswer{fmt::format("ledger {}: {}", in_quotes(question.ledger), refusal.what())};
    }
}

}  // namespace pipeline
