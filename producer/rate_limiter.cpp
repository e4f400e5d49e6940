// SPDX-License-Identifier: Apache-2.0
#include "producer/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace pipeline {
namespace {

// Tokens add up from fractions: a sum that is this little below a whole token counts as a whole one.
constexpr double kRounding = 1e-6;
constexpr double kNanoseconds = 1e9;

}  // namespace

RateLimiter::RateLimiter(double per_second, std::uint64_t now_ns) noexcept
    : per_second_(per_second), most_(1 + per_second * kBurstSeconds), filled_ns_(now_ns) {}

void RateLimiter::fill(std::uint64_t now_ns) noexcept {
    if (now_ns <= filled_ns_) return;
    tokens_ =
        std::min(most_, tokens_ + static_cast<double>(now_ns - filled_ns_) / kNanoseconds * per_second_);
    filled_ns_ = now_ns;
}

std::size_t RateLimiter::allowed(std::uint64_t now_ns, std::size_t wanted) noexcept {
    fill(now_ns);
    const double whole = std::floor(tokens_ + kRounding);
    if (whole < 1) return 0;
    return whole >= static_cast<double>(wanted) ? wanted : static_cast<std::size_t>(whole);
}

void RateLimiter::take(std::size_t count) noexcept {
    tokens_ -= static_cast<double>(count);
}

std::chrono::nanoseconds RateLimiter::until_next(std::uint64_t now_ns) noexcept {
    constexpr std::chrono::nanoseconds kMost = std::chrono::hours(1);
    fill(now_ns);
    if (tokens_ + kRounding >= 1) return std::chrono::nanoseconds::zero();
    const double wait = std::ceil((1 - tokens_) / per_second_ * kNanoseconds);
    return wait < static_cast<double>(kMost.count())
               ? std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(wait))
               : kMost;
}

}  // namespace pipeline
