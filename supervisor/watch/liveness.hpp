// SPDX-License-Identifier: Apache-2.0
// Judges for the service manager's watchdog whether a pipeline makes progress: whether anything has happened
// lately to the invoices in flight. look() reads neither shared memory nor a clock: the caller passes a Sight
// and the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline {

class Liveness {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // The longest standstill that look() accepts while invoices are in flight but no consumer processes one.
    static constexpr std::chrono::seconds kPatience{10};

    struct Sight {
        bool has_work = false;     // invoices are in flight, and --rate does not hold them back now
        bool is_working = false;   // a consumer is processing an invoice
        std::uint64_t moving = 0;  // changes whenever something happens to an invoice in flight
    };

    // `item_timeout`: a consumer that processes one invoice for longer is killed; 0: never. While a consumer
    // is processing an invoice, look() accepts a standstill of `item_timeout` plus kPatience. If
    // `item_timeout` is 0, it then accepts any standstill.
    explicit Liveness(std::chrono::nanoseconds item_timeout) noexcept : item_timeout_(item_timeout) {}
    void set_item_timeout(std::chrono::nanoseconds item_timeout) noexcept { item_timeout_ = item_timeout; }

    // Returns false if the pipeline makes no progress. Retrying a ledger that cannot be written counts as
    // progress: a restart of the pipeline would not help. (Notify::trouble() and the observer report the
    // failing ledger.)
    [[nodiscard]] bool look(const Sight& sight, TimePoint now) noexcept;

    // Reads a Sight of this moment from the ring, the storage, and the hands of the places [0, places).
    [[nodiscard]] static Sight sight_of(const Ring& ring, const Storage& storage,
                                        std::size_t places) noexcept;

  private:
    std::chrono::nanoseconds item_timeout_;
    std::optional<std::uint64_t> moving_;
    TimePoint moved_at_{};
};

}  // namespace pipeline
