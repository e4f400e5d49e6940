// SPDX-License-Identifier: Apache-2.0
#include "producer/again/source_hold.hpp"

#include <algorithm>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/duration_text.hpp"
#include "common/base/log.hpp"

namespace pipeline {

SourceHold::Gate SourceHold::gate(bool is_idle) {
    const std::uint64_t since = hold_.since_ns();
    if (since == 0) {
        if (is_told_) end();
        return Gate::Open;
    }
    const std::chrono::nanoseconds lasted(static_cast<std::chrono::nanoseconds::rep>(monotonic_ns() - since));
    if (hold_for_ && lasted > *hold_for_) {
        log(LogLevel::Warning,
            "the source was held for {} (--hold-for): failures count again, and nothing is held until an "
            "invoice "
            "succeeds",
            to_readable_text(*hold_for_));
        hold_.give_up();
        end();
        return Gate::Open;
    }
    if (!is_told_) begin();
    return is_idle && Clock::now() >= try_at_ ? Gate::Try : Gate::Closed;
}

void SourceHold::let_through(std::uint64_t index) noexcept {
    hold_.let_through(index);
    try_at_ = Clock::now() + interval_;
    interval_ = std::min<std::chrono::nanoseconds>(interval_ * 2, kLastTry);
}

std::chrono::nanoseconds SourceHold::until_try() const noexcept {
    return std::max<std::chrono::nanoseconds>(try_at_ - Clock::now(), std::chrono::milliseconds(1));
}

void SourceHold::begin() {
    is_told_ = true;
    interval_ = kFirstTry;
    try_at_ = Clock::now() + interval_;
    report_->set(
        SourceState::Held,
        "the source is held: attempt after attempt fails, and the log has the reasons; one invoice is "
        "tried from time to time, and the first success ends it");
}

void SourceHold::end() {
    is_told_ = false;
    report_->clear(SourceState::Held);
}

}  // namespace pipeline
