// SPDX-License-Identifier: Apache-2.0
#include "supervisor/suspicion.hpp"

#include <algorithm>

#include "common/core/hand.hpp"

namespace pipeline {

bool Suspicion::may_start(const Child& child) const noexcept {
    if (!is_raised_ || child.role == Child::Role::Producer) return true;
    const auto consumers = children_.consumers();
    const bool is_one_running = std::any_of(consumers.begin(), consumers.end(), [](const Child& consumer) {
        return consumer.state == Child::State::Running;
    });
    return !is_one_running && first() == &child;
}

// True if the consumer's hand has a suspect, or will have one when the successor of a dead consumer starts:
// if the cause of the death is unknown, the successor makes the invoice that was being processed a suspect.
bool Suspicion::has_suspect(const Child& consumer) const noexcept {
    const Hand hand = ring_.hand(consumer.place);
    if (hand.has_suspect()) return true;
    return consumer.state == Child::State::Waiting && hand.at_work().has_value() &&
           hand.area().death.load(std::memory_order_relaxed) == 0;
}

const Child* Suspicion::first() const noexcept {
    for (const Child& consumer : children_.consumers()) {
        if (consumer.state != Child::State::Done && has_suspect(consumer)) return &consumer;
    }
    return nullptr;
}

}  // namespace pipeline
