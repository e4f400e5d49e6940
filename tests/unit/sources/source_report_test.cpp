// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/source_report.hpp"

#include <memory>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

SourceState state_of(const SourceMetrics& metrics) {
    return static_cast<SourceState>(metrics.state.load());
}

}  // namespace

TEST_CASE("the worst condition of a source is shown, and the next one when it is over", "[source_report]") {
    const auto metrics = std::make_unique<SourceMetrics>();
    SourceReport report(*metrics);
    CHECK(state_of(*metrics) == SourceState::Fine);
    CHECK(metrics->since_ns != 0);

    report.set(SourceState::CannotMove, "booked cannot be written");
    CHECK(state_of(*metrics) == SourceState::CannotMove);
    const std::uint64_t since = metrics->since_ns;
    report.set(SourceState::NothingIsTaken, "only links");
    CHECK(state_of(*metrics) == SourceState::CannotMove);
    report.set(SourceState::Gone, "removed");
    CHECK(metrics->sentence.load() == "removed");

    report.clear(SourceState::Gone);
    CHECK(state_of(*metrics) == SourceState::CannotMove);
    CHECK(metrics->sentence.load() == "booked cannot be written");
    CHECK(metrics->since_ns == since);
    report.clear(SourceState::CannotMove);
    CHECK(metrics->sentence.load() == "only links");
    CHECK_FALSE(report.holds(SourceState::CannotMove));
    report.clear(SourceState::NothingIsTaken);
    CHECK(state_of(*metrics) == SourceState::Fine);
    CHECK(metrics->sentence.load().empty());
}

TEST_CASE("a condition that is said again keeps its time", "[source_report]") {
    const auto metrics = std::make_unique<SourceMetrics>();
    SourceReport report(*metrics);
    report.set(SourceState::Unreadable, "EIO");
    const std::uint64_t since = metrics->since_ns;
    report.set(SourceState::Unreadable, "ESTALE");
    CHECK(metrics->since_ns == since);
    CHECK(metrics->sentence.load() == "ESTALE");
}

TEST_CASE("the successor of a killed producer begins without its conditions", "[source_report]") {
    const auto metrics = std::make_unique<SourceMetrics>();
    SourceReport(*metrics).set(SourceState::Gone, "removed");
    const SourceReport successor(*metrics);
    CHECK(state_of(*metrics) == SourceState::Fine);
    CHECK(metrics->sentence.load().empty());
}
