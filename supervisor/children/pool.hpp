// SPDX-License-Identifier: Apache-2.0
// How many consumers there are to be, and in which places: the lowest ones. It takes rows of the process
// table for wanted or not and tells consumers, by the flag in their hands, to leave as soon as there is
// nothing in them. Nobody is killed for it. Starting and reaping are the supervisor's, who asks here what an
// exit means.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "common/core/ring.hpp"
#include "supervisor/children/children.hpp"

namespace pipeline {

class Pool {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // `make` gives a row for a place that has had no consumer yet.
    Pool(Children& children, const Ring& ring, std::function<Child(std::uint16_t place)> make);

    // From now on so many are wanted, 1..kMaxPlaces. At first also a place whose hand is not empty gets a
    // consumer: it finishes the hand and leaves.
    void want(std::uint32_t consumers, TimePoint now);
    [[nodiscard]] std::uint32_t wanted() const noexcept { return wanted_; }

    // Each consumer that runs now is replaced by a fresh one, one after the other: the next one is told to
    // leave when the successor of the one before is at work.
    void replace_all() noexcept;
    // Goes on with that. To be called whenever something may have changed, and while is_starting_fresh()
    // holds again and again: a successor does not say when it is at work.
    void go_on() noexcept;
    [[nodiscard]] bool is_replacing() const noexcept { return replacing_.has_value(); }
    [[nodiscard]] bool is_starting_fresh() const noexcept;

    // The consumer is about to be started: writes what it is told.
    void prepare(Child& child) const noexcept;
    // The consumer has exited with status 0. True if that is because it was told to leave: it is then to be
    // started again if it is wanted after all (`state` says so), or the place is left.
    [[nodiscard]] bool has_left(Child& child, TimePoint now) const noexcept;
    // The consumer has died. True if nobody needs to come after it: it is not wanted and its hand is empty.
    [[nodiscard]] bool is_given_up(Child& child) const noexcept;

  private:
    [[nodiscard]] Child& row(std::uint16_t place);
    void tell(Child& child) noexcept;

    Children& children_;
    Ring ring_;
    std::function<Child(std::uint16_t place)> make_;
    std::uint32_t wanted_ = 0;
    std::optional<std::uint16_t> replacing_;  // the place whose consumer is being replaced
};

}  // namespace pipeline
