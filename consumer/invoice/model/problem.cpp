// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/model/problem.hpp"

#include <fmt/format.h>

#include "common/text/clean_text.hpp"
#include "consumer/work/decimal.hpp"

namespace pipeline {

void Problem::set(Kind new_kind, std::string_view new_element, std::string_view new_text) {
    constexpr std::size_t kEnoughToShow = 200;
    if (kind != Kind::None) return;
    kind = new_kind;
    element = new_element;
    text = new_text.substr(0, kEnoughToShow);
}

std::string Problem::describe() const {
    switch (kind) {
        case Kind::None:
            return {};
        case Kind::NotDecimal:
            return fmt::format("{} {} is not a decimal", element, quoted(text));
        case Kind::TooLong:
            return fmt::format("{} {} has more than {} digits", element, quoted(text), Decimal::kMaxDigits);
        case Kind::NotBoolean:
            return fmt::format("{} {} is neither true nor false", element, quoted(text));
        case Kind::Repeated:
            return fmt::format("{} occurs more than once", element);
        case Kind::Missing:
            return fmt::format("there is no {}", element);
        case Kind::TooMany:
            return fmt::format("there are too many {}", element);
    }
    return {};
}

}  // namespace pipeline
