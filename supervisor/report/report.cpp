// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/report.hpp"

#include <fmt/format.h>

#include "common/base/json.hpp"

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
        invoices(), outcomes.booked, outcomes.rejected, outcomes.failed, outcomes.duplicates);
    if (waiting != 0)
        text += fmt::format("waiting     {:>12}  ({})\n", waiting,
                            is_waiting_in_vain ? "no run takes them now: clerk cancel, then clerk retry"
                                               : "given again when they are due");
    if (in_flight() != 0) text += fmt::format("in flight   {:>12}  (kept for the next start)\n", in_flight());
    text += fmt::format("seconds     {:>12.3f}\nper second  {:>12.0f}\n", seconds(duration), rate());
    if (is_halted) text += "halted        by --halt-after; the same command goes on where it was left\n";
    const char* label = "why";
    for (const auto& [reason, count] : reasons) {
        text += fmt::format("{:<12}{:>12}  {}\n", label, count, reason);
        label = "";
    }
    if (reasons_of != 0) text += fmt::format("{:<26}of the last {} that were not booked\n", "", reasons_of);
    for (const auto& [does, line] : commands) text += fmt::format("{:<12}  {}\n", does, line);
    return text;
}

std::string Report::json() const {
    std::string why;
    for (const auto& [reason, count] : reasons) {
        why +=
            fmt::format(R"({}{{"reason":{},"count":{}}})", why.empty() ? "" : ",", json_text(reason), count);
    }
    const std::string of = reasons_of == 0 ? "" : fmt::format(R"(,"reasons_of":{})", reasons_of);
    return fmt::format(
        R"({{"acquired":{},"booked":{},"rejected":{},"failed":{},"waiting":{},"duplicates":{},"in_flight":{},"seconds":{:.6f},"rate":{:.1f},"halted":{},"reasons":[{}]{}}})",
        invoices(), outcomes.booked, outcomes.rejected, outcomes.failed, waiting, outcomes.duplicates,
        in_flight(), seconds(duration), rate(), is_halted, why, of);
}

}  // namespace pipeline
