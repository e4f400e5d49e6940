// SPDX-License-Identifier: Apache-2.0
#include "observer/see/source_condition.hpp"

#include "common/base/printable.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

SourceCondition look_at_source(const SourceMetrics& metrics) {
    SourceCondition seen;
    static_cast<SourceNumbers<Plain>&>(seen) = loaded_numbers<SourceNumbers>(metrics);
    const std::uint32_t state = loaded(metrics.state);
    // A damaged segment may hold an invalid state.
    if (state <= static_cast<std::uint32_t>(SourceState::Held)) seen.state = static_cast<SourceState>(state);
    seen.since_ns = loaded(metrics.since_ns);
    if (seen.state != SourceState::Fine) seen.sentence = safe_line(metrics.sentence.load());
    return seen;
}

std::string_view to_text(SourceState state) noexcept {
    switch (state) {
        case SourceState::Fine:
            break;
        case SourceState::Gone:
            return "gone";
        case SourceState::Replaced:
            return "replaced";
        case SourceState::CannotMove:
            return "cannot_move";
        case SourceState::NothingIsTaken:
            return "nothing_is_taken";
        case SourceState::Unreadable:
            return "unreadable";
        case SourceState::Held:
            return "held";
    }
    return "fine";
}

}  // namespace pipeline
