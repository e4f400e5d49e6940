// SPDX-License-Identifier: Apache-2.0
// Starts the children that wait in the process table, each at its time. If a child cannot be started now,
// tries again later.
#pragma once

#include <chrono>

#include "common/core/segments/segments.hpp"
#include "supervisor/children/children.hpp"
#include "supervisor/children/pool.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/suspicion.hpp"

namespace pipeline {

class Starter {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    Starter(const Segments& segments, Children& children, Pool& pool, Drain& drain,
            Suspicion& suspicion) noexcept
        : segments_(segments), children_(children), pool_(pool), drain_(drain), suspicion_(suspicion) {}

    // Starts the children that are due. Call it in each round of the main loop, and at next(), which is
    // TimePoint::max() if no child waits.
    void start_due(TimePoint now);
    [[nodiscard]] TimePoint next() const noexcept;
    // start_due() does not wait for the exec, which may take long. look_at_starts() handles the starts whose
    // exec has succeeded or failed since its last call. Call it when Children::wait() reports `started`.
    void look_at_starts();

  private:
    [[nodiscard]] bool is_needless(const Child& child) const noexcept;
    void start(Child& child);
    void postpone(Child& child, const Failure& failure);

    const Segments& segments_;
    Children& children_;
    Pool& pool_;
    Drain& drain_;
    Suspicion& suspicion_;
};

}  // namespace pipeline
