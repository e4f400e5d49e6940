// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/report.hpp"

#include <fmt/format.h>

namespace pipeline {
namespace {

double seconds(std::chrono::nanoseconds duration) noexcept {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

bool Report::has(FailOn outcome) const noexcept {
    switch (outcome) {
        case FailOn::Failed:
            return outcomes.failed != 0;
        case FailOn::Rejected:
            return outcomes.failed + outcomes.rejected != 0;
        case FailOn::Never:
            return false;
    }
    return false;
}

double Report::rate() const noexcept {
    return duration.count() > 0 ? static_cast<double>(outcomes.all()) / seconds(duration) : 0.0;
}

std::string Report::text() const {
    std::string text = fmt::format(
        "acquired    {:>12}\n"
        "booked      {:>12}\n"
        "rejected    {:>12}\n"
        "failed      {:>12}\n"
        "duplicates  {:>12}\n",
        acquired, outcomes.booked, outcomes.rejected, outcomes.failed, outcomes.duplicates);
    if (in_flight() != 0) text += fmt::format("in flight   {:>12}  (kept for the next start)\n", in_flight());
    return text + fmt::format("seconds     {:>12.3f}\nper second  {:>12.0f}\n", seconds(duration), rate());
}

std::string Report::json() const {
    return fmt::format(
        R"({{"acquired":{},"booked":{},"rejected":{},"failed":{},"duplicates":{},"in_flight":{},"seconds":{:.6f},"rate":{:.1f}}})",
        acquired, outcomes.booked, outcomes.rejected, outcomes.failed, outcomes.duplicates, in_flight(),
        seconds(duration), rate());
}

}  // namespace pipeline
