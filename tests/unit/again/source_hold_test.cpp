// SPDX-License-Identifier: Apache-2.0
// The hold of the source: when it begins and ends, and what the producer lets through meanwhile.
#include "producer/again/source_hold.hpp"

#include "common/base/clock.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using Gate = SourceHold::Gate;

TEST_CASE("a hold begins with the last of so many failures of different invoices in a row", "[hold]") {
    HoldArea area{};
    Hold hold(area);
    for (std::uint64_t invoice = 1; invoice < 20; ++invoice) {
        CHECK_FALSE(hold.note_failure(invoice, 20));
        CHECK_FALSE(hold.note_failure(invoice, 20));  // the same invoice counts once
    }
    CHECK_FALSE(hold.is_on());
    CHECK(hold.note_failure(20, 20));
    CHECK(hold.is_on());
    CHECK_FALSE(hold.note_failure(21, 20));
    CHECK_FALSE(hold.lets_through(7));
    hold.let_through(7);
    CHECK(hold.lets_through(7));
    CHECK_FALSE(hold.lets_through(8));
    CHECK(hold.note_success());
    CHECK_FALSE(hold.is_on());
    CHECK(hold.lets_through(8));
    CHECK_FALSE(hold.note_success());
}

TEST_CASE("a few invoices that fail again and again hold nothing", "[hold]") {
    HoldArea area{};
    Hold hold(area);
    for (int round = 0; round < 100; ++round) {
        for (std::uint64_t invoice = 1; invoice < 20; ++invoice) CHECK_FALSE(hold.note_failure(invoice, 20));
    }
    hold.note_success();
    for (std::uint64_t invoice = 1; invoice < 20; ++invoice) CHECK_FALSE(hold.note_failure(invoice, 20));
    CHECK(hold.note_failure(20, 20));
}

TEST_CASE("a hold after many failures needs hardly more invoices than it is told", "[hold]") {
    for (const std::uint32_t after : {20U, 1000U, 10'000U}) {
        HoldArea area{};
        Hold hold(area);
        std::uint64_t invoices = 1;
        while (!hold.note_failure(invoices * 0x9e3779b97f4a7c15, after)) ++invoices;
        CHECK(invoices >= after);
        CHECK(invoices <= after + after / 3 + 2);
    }
}

TEST_CASE("a success in between begins the count anew, and 0 holds nothing", "[hold]") {
    HoldArea area{};
    Hold hold(area);
    CHECK_FALSE(hold.note_failure(1, 2));
    hold.note_success();
    CHECK_FALSE(hold.note_failure(2, 2));
    CHECK(hold.note_failure(3, 2));
    hold.note_success();
    for (std::uint64_t invoice = 0; invoice < 100; ++invoice) CHECK_FALSE(hold.note_failure(invoice, 0));
}

TEST_CASE("after a hold that was given up, nothing is held until a success", "[hold]") {
    HoldArea area{};
    Hold hold(area);
    REQUIRE(hold.begin());
    hold.give_up();
    CHECK_FALSE(hold.is_on());
    for (std::uint64_t invoice = 0; invoice < 100; ++invoice) CHECK_FALSE(hold.note_failure(invoice, 3));
    CHECK_FALSE(hold.begin());
    hold.note_success();
    CHECK(hold.begin());
}

TEST_CASE("the producer lets one item through at a time, and only when nothing is under way", "[hold]") {
    HoldArea area{};
    Hold hold(area);
    const auto report = std::make_shared<SourceReport>();
    SourceHold source(area, std::nullopt, report);
    CHECK(source.gate(true) == Gate::Open);
    REQUIRE(hold.begin());
    CHECK(source.gate(true) == Gate::Closed);  // the first try comes a second later
    CHECK(report->holds(SourceState::Held));
    CHECK(source.until_try() <= SourceHold::kFirstTry);
    CHECK(source.gate(false) == Gate::Closed);
    hold.note_success();
    CHECK(source.gate(false) == Gate::Open);
    CHECK_FALSE(report->holds(SourceState::Held));
}

TEST_CASE("a hold ends after --hold-for", "[hold]") {
    HoldArea area{};
    const auto report = std::make_shared<SourceReport>();
    SourceHold source(area, std::chrono::minutes(15), report);
    constexpr std::uint64_t kMinute = 60'000'000'000;
    area.since_ns = monotonic_ns() - 14 * kMinute;
    CHECK(source.gate(true) == Gate::Closed);
    area.since_ns = monotonic_ns() - 16 * kMinute;
    CHECK(source.gate(true) == Gate::Open);
    CHECK_FALSE(report->holds(SourceState::Held));
    CHECK_FALSE(Hold(area).begin());
}
