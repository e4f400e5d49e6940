// SPDX-License-Identifier: Apache-2.0
// Starts the children that are due: each row of the process table that waits, once its time has come, and
// later again if it cannot be started now.
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

    // Call in each round, and at next(), which is TimePoint::max() if no child waits.
    void start_due(TimePoint now);
    [[nodiscard]] TimePoint next() const noexcept;
    // Call when a start has succeeded or failed: an exec may take long, and nobody waits for it.
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
