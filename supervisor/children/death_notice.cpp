// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/death_notice.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "common/base/printable.hpp"
#include "common/os/journal.hpp"

namespace pipeline {

void tell_of_death(const Child& child, const std::optional<Hand>& hand, Cause cause,
                   std::chrono::milliseconds delay, const Options& options) noexcept {
    try {
        const std::string how = cause.text(options.item_timeout);
        std::string invoice;
        std::optional<std::uint64_t> attempt;
        std::string with;
        if (const auto i = hand ? hand->at_work() : std::nullopt) {
            invoice = printable(hand->item(*i).shown_id());
            attempt = std::uint64_t{hand->deaths(*i)} + 1;
            if (child.died_with_others) {
                with = fmt::format(" together with others, and with invoice {}, which is retried alone",
                                   invoice);
            } else if (hand->is_work_shared()) {
                with = fmt::format(" with several invoices in its program, {} the first; trying each alone",
                                   invoice);
            } else {
                with = fmt::format(" with invoice {}, attempt {} of {}", invoice, *attempt,
                                   options.max_attempts);
            }
        }
        const std::string again = delay.count() == 0 ? "" : fmt::format(" in {} ms", delay.count());
        log_event(LogLevel::Warning,
                  fmt::format("{} (pid {}) died: {}{}; starting it again{}", child.name(), child.process.pid,
                              how, with, again),
                  {{"event", "child-died"},
                   {"name", options.name},
                   {"child", child.name()},
                   {"child_pid", child.process.pid},
                   {"cause", how},
                   {"id", invoice},
                   {"attempt", attempt}});
    } catch (const std::exception& exception) {  // no memory for the log line above
        log(LogLevel::Warning, "{} died: {}", child.program(), exception.what());
    }
}

}  // namespace pipeline
