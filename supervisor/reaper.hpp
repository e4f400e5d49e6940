// SPDX-License-Identifier: Apache-2.0
// Decides after the end of a child whether the child has left in good order, must start again, or ends the
// run.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "common/base/exit_status.hpp"
#include "common/core/segments/segments.hpp"
#include "supervisor/children/children.hpp"
#include "supervisor/children/futile_deaths.hpp"
#include "supervisor/children/pool.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/suspicion.hpp"
#include "supervisor/watch/progress.hpp"

namespace pipeline {

class Reaper {
  public:
    Reaper(const Options& options, const Segments& segments, Children& children, Pool& pool, Drain& drain,
           Suspicion& suspicion, Progress& progress) noexcept
        : options_(options),
          segments_(segments),
          ring_(segments.ring()),
          storage_(segments.storage()),
          children_(children),
          pool_(pool),
          drain_(drain),
          suspicion_(suspicion),
          progress_(progress) {}

    // Call when the child may have ended. If it has, reaps it, decides whether it starts again, and wakes all
    // processes that wait.
    void reap(Child& child);

  private:
    // The word in shared memory in which the child registers itself.
    [[nodiscard]] std::atomic<std::uint64_t>& word_of(const Child& child) const noexcept;
    void decide(Child& child, int wait_status);
    void require_all_durable();
    void decide_after_failure(Child& child, int wait_status, Cause cause);
    bool blame(Child& child, Cause cause) const noexcept;
    [[nodiscard]] bool was_killed_with_others(Child& child, int wait_status);
    [[nodiscard]] bool is_hopeless(const Child& child, int wait_status, bool is_charged) noexcept;
    void give_up(Cause cause);

    const Options& options_;
    const Segments& segments_;
    Ring ring_;
    Storage storage_;
    Children& children_;
    Pool& pool_;
    Drain& drain_;
    Suspicion& suspicion_;
    Progress& progress_;
    FutileDeaths futile_;
};

// Returns the child's exit status if that status means that a restart cannot help. The supervisor then stops
// with the same status. `wait_status` comes from waitpid(2).
[[nodiscard]] std::optional<ExitStatus> permanent_failure(int wait_status) noexcept;

}  // namespace pipeline
