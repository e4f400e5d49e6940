// SPDX-License-Identifier: Apache-2.0
// Judges for the service manager's watchdog whether a pipeline makes progress: whether anything has happened
// lately to the invoices in flight. Pure: the caller passes the observations (Sight) and the times.
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

    // The longest time without progress while invoices are in flight and no consumer is processing one.
    static constexpr std::chrono::seconds kPatience{10};

    struct Sight {
        bool has_work = false;     // invoices are in flight, and --rate lets one begin
        bool is_working = false;   // a consumer is processing an invoice
        std::uint64_t moving = 0;  // changes whenever something happens to these invoices
    };

    // `item_timeout`: a consumer that processes one invoice for longer is killed; 0: never. While a consumer
    // is processing one, look() accepts a standstill of this time plus kPatience, or any standstill if it is
    // 0.
    explicit Liveness(std::chrono::nanoseconds item_timeout) noexcept : item_timeout_(item_timeout) {}

    // Returns false if the pipeline makes no progress. Retrying a ledger that cannot be written counts as
    // progress: a restart of the pipeline would not help. (Notify::trouble() and the observer report it.)
    [[nodiscard]] bool look(const Sight& sight, TimePoint now) noexcept;

    // Reads the present sight from the ring, the storage, and the hands of the places [0, places).
    [[nodiscard]] static Sight sight_of(const Ring& ring, const Storage& storage,
                                        std::size_t places) noexcept;

  private:
    std::chrono::nanoseconds item_timeout_;
    std::optional<std::uint64_t> moving_;
    TimePoint moved_at_{};
};

}  // namespace pipeline
