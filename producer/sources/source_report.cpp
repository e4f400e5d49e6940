// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/source_report.hpp"

#include "common/base/clock.hpp"

namespace pipeline {
namespace {

// The bad states of a source, from the worst to the mildest.
constexpr std::array kByGravity{SourceState::Gone, SourceState::Replaced,   SourceState::Unreadable,
                                SourceState::Held, SourceState::CannotMove, SourceState::NothingIsTaken};

constexpr std::size_t index_of(SourceState state) noexcept {
    return static_cast<std::size_t>(state);
}

}  // namespace

SourceReport::SourceReport() : metrics_(own_) {}

SourceReport::SourceReport(SourceMetrics& metrics) : metrics_(metrics) {
    show();
}

void SourceReport::set(SourceState state, std::string_view sentence) {
    Condition& condition = conditions_.at(index_of(state));
    if (condition.since_ns != 0 && condition.sentence == sentence) return;
    if (condition.since_ns == 0) condition.since_ns = monotonic_ns();
    condition.sentence = sentence;
    show();
}

void SourceReport::clear(SourceState state) {
    Condition& condition = conditions_.at(index_of(state));
    if (condition.since_ns == 0) return;
    condition = {};
    show();
}

bool SourceReport::holds(SourceState state) const noexcept {
    return conditions_.at(index_of(state)).since_ns != 0;
}

// Shows the worst condition. Stores its sentence before its state, and clears the sentence after the state:
// an observer never sees a bad state without a sentence.
void SourceReport::show() {
    for (const SourceState state : kByGravity) {
        const Condition& condition = conditions_.at(index_of(state));
        if (condition.since_ns == 0) continue;
        metrics_.sentence.store(condition.sentence);
        metrics_.since_ns.store(condition.since_ns, std::memory_order_relaxed);
        metrics_.state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
        return;
    }
    metrics_.state.store(static_cast<std::uint32_t>(SourceState::Fine), std::memory_order_release);
    metrics_.since_ns.store(monotonic_ns(), std::memory_order_relaxed);
    metrics_.sentence.store("");
}

}  // namespace pipeline
