// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/program_notices.hpp"

#include <utility>

#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "consumer/work/clean_text.hpp"

namespace pipeline {

void ProgramNotices::cannot_start(std::string_view why) {
    if (may_log()) log(LogLevel::Warning, "{} cannot be started and is tried again: {}", program_, why);
}

void ProgramNotices::ended_idle(std::string_view cause) {
    if (may_log())
        log(LogLevel::Notice, "{} has ended between two invoices: {}; starting it anew", program_, cause);
}

void ProgramNotices::failed(std::string_view id, std::uint32_t attempt, std::string_view cause,
                            std::string_view said) {
    if (!may_log()) return;
    log(LogLevel::Warning, "{} with invoice {}, attempt {}: {}{}{}; starting it anew", program_,
        printable(id), attempt, cause, said.empty() ? "" : ": ", said);
}

void ProgramNotices::surplus(std::string_view answer) {
    constexpr std::size_t kMostShown = 200;
    if (std::exchange(has_surplus_, true) || !may_log()) return;
    log(LogLevel::Warning, "{} gave an answer that nobody waits for: {}; starting it anew", program_,
        quoted(answer, kMostShown));
}

}  // namespace pipeline
