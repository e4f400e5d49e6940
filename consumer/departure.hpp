// SPDX-License-Identifier: Apache-2.0
// How a consumer leaves: because the supervisor tells it to, or at the end of a drain. Either way its saved
// results are durable first.
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

    // True if this consumer is told to leave and others continue. It stays in a drain, where it may be the
    // last one, and as an orphan, because nobody would start another consumer.
    [[nodiscard]] bool is_wanted() noexcept;
    // Makes everything saved so far durable: other consumers may be busy with slow invoices and flush it
    // late. False if this consumer must stay after all.
    [[nodiscard]] bool flush_saved();
    // Flushes until everything saved, and the cursor, is durable. False if this is an orphan that has waited
    // long enough.
    [[nodiscard]] bool drain();

  private:
    Hand hand_;
    Storage storage_;
    FlushDuty& flush_;
    DrainWatch& watch_;
};

}  // namespace pipeline
