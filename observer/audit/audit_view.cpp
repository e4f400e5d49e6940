// SPDX-License-Identifier: Apache-2.0
#include "observer/audit/audit_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "common/base/json.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

struct Line {
    std::string_view label;
    std::string_view key;
    std::uint64_t count;
};

std::array<Line, 11> lines_of(const Audit& audit) {
    return {{{"acquired", "acquired", audit.acquired},
             {"booked", "booked", audit.booked},
             {"rejected", "rejected", audit.rejected},
             {"failed", "failed", audit.failed},
             {"waiting", "waiting", audit.waiting},
             {"replaced", "replaced", audit.replaced},
             {"duplicates", "duplicates", audit.duplicates},
             {"pruned", "pruned", audit.pruned},
             {"in the ring", "in_ring", audit.in_ring},
             {"in hands", "in_hands", audit.in_hands},
             {"in storage", "in_storage", audit.in_storage}}};
}

std::string json_list(const std::vector<std::string>& texts) {
    std::string list = "[";
    for (const auto& text : texts) list += (list.size() == 1 ? "" : ",") + json_text(text);
    return list + "]";
}

}  // namespace

std::string_view state_of(const std::optional<Snapshot>& snapshot) noexcept {
    if (!snapshot) return "finished";
    const auto& all = snapshot->processes;
    const auto any = [&all](ProcessSight::State state) {
        return std::any_of(all.begin(), all.end(),
                           [state](const ProcessSight& each) { return each.state == state; });
    };
    if (any(ProcessSight::State::Running)) return "running";
    if (any(ProcessSight::State::Unknown))
        return snapshot->reach == Reach::AliveElsewhere ? "running" : "unknown";
    return any(ProcessSight::State::Stopped) ? "stopped" : "dead";
}

std::string audit_text(const AuditSubject& subject, const Audit& audit) {
    std::string text = fmt::format("pipeline    {}, {}\n", subject.name, state_of(subject.snapshot));
    const auto out = std::back_inserter(text);
    if (subject.snapshot) fmt::format_to(out, "source      {}\n", printable(subject.snapshot->source));
    fmt::format_to(out, "ledger      {}\n", printable(subject.ledger));
    for (const Line& line : lines_of(audit)) fmt::format_to(out, "{:<12}{:>12}\n", line.label, line.count);
    fmt::format_to(out, "{:<12}{:>12}\n", "difference", audit.difference());
    for (const auto& finding : audit.findings) fmt::format_to(out, "WRONG       {}\n", finding);
    for (const auto& proof : audit.proofs) fmt::format_to(out, "right       {}\n", proof);
    return text;
}

std::string audit_json(const AuditSubject& subject, const Audit& audit) {
    std::string text = fmt::format(R"({{"name":{},"state":"{}","source":{},"ledger":{})",
                                   json_text(subject.name), state_of(subject.snapshot),
                                   subject.snapshot ? json_text(printable(subject.snapshot->source)) : "null",
                                   json_text(printable(subject.ledger)));
    for (const Line& line : lines_of(audit)) text += fmt::format(R"(,"{}":{})", line.key, line.count);
    return text + fmt::format(R"(,"difference":{},"findings":{},"proofs":{}}})", audit.difference(),
                              json_list(audit.findings), json_list(audit.proofs));
}

}  // namespace pipeline
