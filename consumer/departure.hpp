// SPDX-License-Identifier: Apache-2.0
// Decides when a consumer may leave: when the supervisor has told it to, or at the end of a drain. In both
// cases the consumer first makes all saved results durable.
#pragma once

#include <cstdint>

#include "common/core/hand.hpp"
#include "common/core/storage.hpp"
#include "consumer/drain_watch.hpp"
#include "consumer/flush_duty.hpp"

namespace pipeline {

class Departure {
  public:
    // All references must outlive the object.
    Departure(const Hand& hand, const Storage& storage, FlushDuty& flush, DrainWatch& watch) noexcept
        : hand_(hand), storage_(storage), flush_(flush), watch_(watch) {}

    // True if the supervisor has told this consumer to leave and no drain has begun. During a drain the
    // consumer stays, because it may be the last one. Begins a drain if the supervisor has died after telling
    // this consumer to leave.
    [[nodiscard]] bool is_wanted();
    // Flushes until all results that are saved by now are durable. (Other consumers may be busy with slow
    // invoices and would flush them late.) Returns false if is_wanted() has become false meanwhile.
    [[nodiscard]] bool flush_saved();
    // Flushes until all saved results and the cursor are durable. Returns false if
    // DrainWatch::has_waited_enough() becomes true before that.
    [[nodiscard]] bool drain();

  private:
    Hand hand_;
    Storage storage_;
    FlushDuty& flush_;
    DrainWatch& watch_;
};

}  // namespace pipeline
