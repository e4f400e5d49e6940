// SPDX-License-Identifier: Apache-2.0
// Whether a pipeline gets on: whether anything has been done lately about the invoices that it has. That is
// what a watchdog wants to know. Pure: what is seen, and when, is given.
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

    // How long nothing may move while there is something to do and nobody is working on it.
    static constexpr std::chrono::seconds kPatience{10};

    struct Sight {
        bool has_work = false;     // invoices are in flight
        bool is_working = false;   // somebody is processing one
        std::uint64_t moving = 0;  // differs if anything has been done about them
    };

    // `item_timeout`: after which somebody else sees to an invoice in work, 0: never.
    explicit Liveness(std::chrono::nanoseconds item_timeout) noexcept : item_timeout_(item_timeout) {}

    // False if it does not get on. A ledger that cannot be written is tried again and again, which counts as
    // getting on: starting the pipeline anew would not mend it. (Notify::trouble() and the observer say it.)
    [[nodiscard]] bool look(const Sight& sight, TimePoint now) noexcept;

    // What there is to see, of the consumers of places [0, places).
    [[nodiscard]] static Sight sight_of(const Ring& ring, const Storage& storage,
                                        std::size_t places) noexcept;

  private:
    std::chrono::nanoseconds item_timeout_;
    std::optional<std::uint64_t> moving_;
    TimePoint moved_at_{};
};

}  // namespace pipeline
