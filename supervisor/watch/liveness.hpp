// SPDX-License-Identifier: Apache-2.0
// Whether a pipeline makes progress: whether anything has happened lately to the invoices in flight. This is
// the watchdog's question. Pure: the caller gives the sights and the times.
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

    // How long nothing may move while there is work and nobody processes it.
    static constexpr std::chrono::seconds kPatience{10};

    struct Sight {
        bool has_work = false;     // invoices are in flight
        bool is_working = false;   // somebody is processing one
        std::uint64_t moving = 0;  // changes whenever something is done about them
    };

    // `item_timeout`: after this time another consumer gets an invoice in work; 0: never.
    explicit Liveness(std::chrono::nanoseconds item_timeout) noexcept : item_timeout_(item_timeout) {}

    // Returns false without progress. Retrying a ledger that cannot be written counts as progress: a restart
    // of the pipeline would not help. (Notify::trouble() and the observer report it.)
    [[nodiscard]] bool look(const Sight& sight, TimePoint now) noexcept;

    // Reads the present sight, with the hands of places [0, places).
    [[nodiscard]] static Sight sight_of(const Ring& ring, const Storage& storage,
                                        std::size_t places) noexcept;

  private:
    std::chrono::nanoseconds item_timeout_;
    std::optional<std::uint64_t> moving_;
    TimePoint moved_at_{};
};

}  // namespace pipeline
