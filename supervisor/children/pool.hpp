// SPDX-License-Identifier: Apache-2.0
// Decides in which places consumers should run: in the lowest ones, as many as are wanted. The pool marks
// rows of the process table as wanted or not, and sets HandArea::leave for each surplus consumer: that
// consumer leaves once its hand is empty, that is once all items that it claimed are saved. The pool kills
// nobody. The supervisor starts and reaps consumers. After each exit of a consumer, it asks the pool whether
// the consumer has left as it was told, or needs no successor.
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

    // `make` creates a row for a place that never had a consumer. The constructor adds an unwanted consumer
    // for each non-empty hand: unless want() makes it a wanted one, it saves the hand's items and leaves.
    Pool(Children& children, const Ring& ring, std::function<Child(std::uint16_t place)> make);

    // Sets the number of wanted consumers, 1..kMaxPlaces.
    void want(std::uint32_t consumers, TimePoint now);
    [[nodiscard]] std::uint32_t wanted() const noexcept { return wanted_; }

    // Replaces each running consumer by a fresh one, one at a time: the next consumer leaves only when the
    // successor of the previous one is at work.
    void replace_all() noexcept;
    // Continues the replacement. Call it whenever something may have changed, and poll it while
    // is_starting_fresh(): a successor does not announce that it is at work.
    void go_on() noexcept;
    [[nodiscard]] bool is_replacing() const noexcept { return replacing_.has_value(); }
    [[nodiscard]] bool is_starting_fresh() const noexcept;

    // Writes the consumer's HandArea::leave. Call it before each start. `leaves`: the consumer must leave
    // once its hand is empty, even if it is wanted; then the supervisor starts it again.
    void prepare(Child& child, bool leaves) const noexcept;
    // Tells all running consumers to leave once their hands are empty. Then the supervisor starts those that
    // are wanted again.
    void tell_all() noexcept;
    // Call when the consumer has exited with status 0. Returns true if the consumer left because it was told
    // to, and sets its `state`: Waiting if it is wanted after all, Done if its place stays empty.
    [[nodiscard]] bool has_left(Child& child, TimePoint now) const noexcept;
    // Call when the consumer has died. Returns true if it needs no successor: it is not wanted and its hand
    // is empty.
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
