// SPDX-License-Identifier: Apache-2.0
// The one line with which something is refused, and the exit status that goes with it.
#pragma once

#include <algorithm>
#include <string>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

struct Refusal {
    ExitStatus status = ExitStatus::Drained;
    std::string text;  // empty: nothing was refused
    explicit operator bool() const noexcept { return !text.empty(); }
};

// The Failure that `action` ends with. Checks that it takes one line.
template <class Action>
[[nodiscard]] Refusal refusal_of(Action&& action) {
    try {
        static_cast<void>(action());
    } catch (const Failure& failure) {
        const std::string text = failure.what();
        CHECK_FALSE(text.empty());
        CHECK(std::none_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
        return {failure.status(), text};
    }
    return {};
}

// The text of the refusal that `action` must end with, with this status.
template <class Action>
[[nodiscard]] std::string text_of_refusal(Action&& action, ExitStatus status) {
    const Refusal refusal = refusal_of(action);
    INFO(refusal.text);
    CHECK(refusal.status == status);
    return refusal ? refusal.text : "not refused";
}

}  // namespace pipeline::test
