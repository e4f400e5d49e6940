// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/readable_field.hpp"

#include <fmt/format.h>

#include <chrono>

#include "common/base/printable.hpp"
#include "common/core/terms/currency.hpp"

namespace pipeline {
namespace {

using Kind = LedgerColumn::Kind;

}  // namespace

std::string utc_text(std::int64_t time_us, bool exactly) {
    using namespace std::chrono;
    const microseconds time(time_us);
    const days day = floor<days>(time);
    const year_month_day date{sys_days(day)};
    // `time - day` would overflow on the way: the first day of all began before the first microsecond.
    const microseconds past_midnight = (time % days(1) + days(1)) % days(1);
    const hh_mm_ss clock(floor<milliseconds>(past_midnight));
    std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                   clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (exactly) text += fmt::format(".{:03}", clock.subseconds().count());
    return text;
}

std::string readable(const LedgerRow& row, std::size_t i) {
    const LedgerColumn& column = kLedgerColumns[i];
    const LedgerField& field = row[i];
    if (!field.is_set) return {};
    switch (column.kind) {
        case Kind::Text:
        case Kind::Hex:
            return safe_line(field.text);
        case Kind::Number:
            return fmt::to_string(field.number);
        case Kind::Bits:
            return column.name == "generation"
                       ? fmt::format("{:016x}", static_cast<std::uint64_t>(field.number))
                       : fmt::to_string(static_cast<std::uint64_t>(field.number));
        case Kind::Amount:
            return amount_text(field.number, minor_digits(row[ledger_column("currency")].text));
        case Kind::Time:
            return utc_text(field.number, true) + " UTC";
        case Kind::Duration:
            return fmt::format("{:.6f} s", static_cast<double>(field.number) / 1e6);
    }
    return {};
}

}  // namespace pipeline
