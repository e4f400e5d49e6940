// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/patience.hpp"

#include <algorithm>
#include <cerrno>
#include <thread>

#include "common/base/duration_text.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/passing_error.hpp"
#include "common/os/journal.hpp"

namespace pipeline {

using std::chrono::nanoseconds;

nanoseconds Patience::bound_for(nanoseconds item_timeout) noexcept {
    return item_timeout == nanoseconds::zero() ? kMost : std::min<nanoseconds>(kMost, item_timeout / 2);
}

bool Patience::wait(const char* call, std::string_view name, int error) {
    constexpr std::chrono::milliseconds kTryAgain{50};
    if (error == EINTR) return true;
    if (!is_passing_error(error)) return false;
    const auto now = Clock::now();
    if (until_ == Clock::time_point{}) until_ = now + bound_;
    if (now >= until_) return false;
    if (!has_told_) {
        const auto advice = advice_for_shortage(error);
        log_about(LogLevel::Warning, "file-unreadable", std::string(name),
                  "{} {}: {}{}{}; it is tried again for up to {}, then the invoice is failed", call, name,
                  error_text(error), advice.empty() ? "" : "; ", advice, to_readable_text(bound_));
    }
    has_told_ = true;
    std::this_thread::sleep_for(std::min<nanoseconds>(kTryAgain, until_ - now));
    return true;
}

void Patience::succeeded() {
    if (has_told_) log(LogLevel::Notice, "invoices' files can be read again");
    has_told_ = false;
}

}  // namespace pipeline
