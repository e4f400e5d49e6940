// SPDX-License-Identifier: Apache-2.0
// The view of an audit: lines for people, or one line of JSON.
#pragma once

#include <optional>
#include <string>

#include "observer/audit/audit.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

// The pipeline that was audited.
struct AuditSubject {
    std::string name;                  // the pipeline's name
    std::string ledger;                // in the form of --ledger, such as "sqlite:FILE"
    std::optional<Snapshot> snapshot;  // none: there are no segments
};

// Returns "running", "stopped" (every process is stopped: nothing moves until they continue), "dead"
// (segments without a process, which the next start adopts), "unknown" (the processes belong to another pid
// namespace, and may be dead) or "finished" (no segments).
[[nodiscard]] std::string_view state_of(const std::optional<Snapshot>& snapshot) noexcept;

[[nodiscard]] std::string audit_text(const AuditSubject& subject, const Audit& audit);  // several lines
[[nodiscard]] std::string audit_json(const AuditSubject& subject, const Audit& audit);  // one line

}  // namespace pipeline
