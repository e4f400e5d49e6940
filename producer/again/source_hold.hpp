// SPDX-License-Identifier: Apache-2.0
// The producer's side of a hold (common/core/pace/hold.hpp): while the source is held, lets one invoice
// through at a time, at growing intervals, and ends a hold that has lasted for --hold-for. Tells observers
// and the log.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "common/core/pace/hold.hpp"
#include "producer/sources/source_report.hpp"

namespace pipeline {

class SourceHold {
  public:
    using Clock = std::chrono::steady_clock;

    // The interval between two tries begins at the first and doubles up to the second.
    static constexpr std::chrono::seconds kFirstTry{1};
    static constexpr std::chrono::seconds kLastTry{60};

    // `hold_for`: none: a hold lasts until a success.
    SourceHold(HoldArea& area, std::optional<std::chrono::nanoseconds> hold_for,
               std::shared_ptr<SourceReport> report)
        : hold_(area), hold_for_(hold_for), report_(std::move(report)) {}

    enum class Gate : std::uint8_t {
        Open,    // the source is not held
        Closed,  // nothing may be acquired now
        Try,     // one invoice may be acquired, and let through
    };
    // `is_idle`: nothing is in ring, hands and storage.
    [[nodiscard]] Gate gate(bool is_idle);
    // The item with this ring index is pushed next, and tried.
    void let_through(std::uint64_t index) noexcept;
    [[nodiscard]] bool is_on() const noexcept { return hold_.is_on(); }
    // Returns how long gate() stays Closed, unless the hold ends.
    [[nodiscard]] std::chrono::nanoseconds until_try() const noexcept;

  private:
    void begin();
    void end();

    Hold hold_;
    std::optional<std::chrono::nanoseconds> hold_for_;
    std::shared_ptr<SourceReport> report_;
    bool is_told_ = false;
    std::chrono::nanoseconds interval_ = kFirstTry;
    Clock::time_point try_at_{};
};

}  // namespace pipeline
