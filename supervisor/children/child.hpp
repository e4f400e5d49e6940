// SPDX-License-Identifier: Apache-2.0
// A row of the supervisor's process table: the producer, or the consumer in one place. A place is a number
// 0..kMaxPlaces-1 that a consumer passes on to its successors, together with its unfinished items (hand.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/os/back_off.hpp"
#include "supervisor/children/sibling.hpp"

namespace pipeline {

struct Child {
    enum class Role { Producer, Consumer };
    enum class State {
        Waiting,  // starts at start_at
        Running,
        Done,  // has drained, left as told, or failed for good; does not restart by itself
    };

    Role role = Role::Consumer;
    std::uint16_t place = 0;  // consumers only
    std::vector<std::string> arguments;
    StandardInput standard_input = StandardInput::Null;

    State state = State::Waiting;
    std::chrono::steady_clock::time_point start_at{};
    std::chrono::steady_clock::time_point started_at{};
    Sibling process;
    std::string hindrance;  // why the last start failed; empty if it succeeded
    BackOff restarts;
    std::uint64_t progress_at_start = 0;  // progress_of() this child at its last start

    // The producer only: the supervisor has killed it, so that the next one starts with other arguments.
    bool is_replaced = false;

    // Consumers only.
    bool died_with_others = false;  // this child died when several children were killed at once
    // Set when the supervisor kills this child. If an invoice takes too long, this is the value of
    // HandArea::work, and only the invoice in that value may be charged with the death. If the child holds a
    // lock too long, this is 0, and no invoice is charged.
    std::optional<std::uint64_t> condemned_for;

    // Consumers only (pool.hpp).
    bool wanted = true;     // if false, the consumer leaves once its hand is empty
    bool told = false;      // this process has been told to leave, even if that was revoked since
    bool is_dated = false;  // Pool::go_on() must still replace this process

    [[nodiscard]] const char* program() const noexcept {
        return role == Role::Producer ? "producer" : "consumer";
    }
    // For log lines: "producer", "consumer 3".
    [[nodiscard]] std::string name() const {
        return role == Role::Producer ? "producer" : "consumer " + std::to_string(place);
    }
};

// Returns a number that changes as long as the child makes progress.
[[nodiscard]] inline std::uint64_t progress_of(const Child& child, const Ring& ring,
                                               const Storage& storage) noexcept {
    if (child.role == Child::Role::Producer) return ring.tail() + storage.released();
    return ring.hand(child.place).area().word.load(std::memory_order_acquire);
}

}  // namespace pipeline
