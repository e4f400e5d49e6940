// SPDX-License-Identifier: Apache-2.0
// Lets a consumer leave: because the supervisor has told it to, or at the end of a drain. In both cases the
// consumer first makes all saved results durable.
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

    // True if this consumer is told to leave and others continue. The consumer stays in a drain, where it may
    // be the last one, and as an orphan, because nobody would start another consumer.
    [[nodiscard]] bool is_wanted();
    // Makes all results durable that are saved by now: other consumers may be busy with slow invoices and
    // flush these results late. Returns false if this consumer must stay after all.
    [[nodiscard]] bool flush_saved();
    // Flushes until all saved results and the cursor are durable. Returns false if this consumer is an orphan
    // that has waited long enough.
    [[nodiscard]] bool drain();

  private:
    Hand hand_;
    Storage storage_;
    FlushDuty& flush_;
    DrainWatch& watch_;
};

}  // namespace pipeline
