// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/health.hpp"

#include <tuple>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

Observation healthy() {
    Observation seen;
    seen.at_ns = 100 * kSecond;
    seen.state = PipelineState::Running;
    seen.supervisor = {10, ProcessState::Running, 0, 1, 0, 0, 0};
    seen.producer.pid = 11;
    seen.producer.state = ProcessState::Running;
    seen.consumers.resize(1);
    seen.consumers.front().pid = 12;
    seen.consumers.front().state = ProcessState::Running;
    seen.live.flow.acquired = 5;
    seen.live.flow.in_ring = 5;
    return seen;
}

std::string reason_of(const Observation& earlier, const Observation& now, std::uint64_t worked_ns) {
    const Health health = Health::of(earlier, now, worked_ns);
    CHECK(health.is_good == health.reason.empty());
    CHECK(health.is_good == (health.state == HealthState::Fine));
    return health.reason;
}

}  // namespace

TEST_CASE("what goes on is healthy", "[health]") {
    const Observation seen = healthy();
    CHECK(reason_of(seen, seen, 100 * kSecond).empty());
    CHECK(reason_of(seen, seen, 91 * kSecond).empty());
}

TEST_CASE("nothing that is processed is unhealthy where there is something to do", "[health]") {
    Observation seen = healthy();
    CHECK(reason_of(seen, seen, 80 * kSecond) ==
          "nothing has been processed for 20 s, with 5 invoices waiting");
    SECTION("but not while an invoice takes its time") {
        seen.consumers.front().invoice = CurrentInvoice{"a", 1, 80 * kSecond};
        CHECK(reason_of(seen, seen, 80 * kSecond).empty());
        seen.consumers.front().state = ProcessState::Stopped;
        CHECK_FALSE(reason_of(seen, seen, 80 * kSecond).empty());
    }
    SECTION("and not as long as the oldest has just come") {
        seen.oldest_unsaved_ns = 91 * kSecond;
        CHECK(reason_of(seen, seen, 1 * kSecond).empty());
        seen.oldest_unsaved_ns = 90 * kSecond;
        CHECK(reason_of(seen, seen, 1 * kSecond) ==
              "nothing has been processed for 10 s, with 5 invoices waiting");
    }
    SECTION("and not where there is nothing") {
        seen.live.flow.in_ring = 0;
        seen.live.flow.durable = 5;
        CHECK(reason_of(seen, seen, 1 * kSecond).empty());
    }
}

TEST_CASE("a process that stays dead is unhealthy, one that is being replaced is not", "[health]") {
    const auto second_before = [](Observation seen) {
        seen.at_ns -= kSecond;
        return seen;
    };
    const Observation earlier = second_before(healthy());
    Observation now = healthy();
    SECTION("a consumer") {
        now.consumers.front().state = ProcessState::Dead;
        CHECK(reason_of(earlier, now, 100 * kSecond).empty());
        CHECK(reason_of(second_before(now), now, 100 * kSecond) == "consumer 0 (pid 12) is dead");
        Observation replaced = now;
        replaced.consumers.front().pid = 13;
        CHECK(reason_of(second_before(now), replaced, 100 * kSecond).empty());
    }
    SECTION("the producer") {
        now.producer.state = ProcessState::Dead;
        CHECK(reason_of(earlier, now, 100 * kSecond).empty());
        CHECK(reason_of(second_before(now), now, 100 * kSecond) == "the producer (pid 11) is dead");
    }
    SECTION("one that died just now, seen for the first time or again a moment later") {
        now.producer.state = ProcessState::Dead;
        now.consumers.front().state = ProcessState::Dead;
        CHECK(reason_of(now, now, 100 * kSecond).empty());
        Observation moment_before = now;
        moment_before.at_ns -= kSecond / 2;
        CHECK(reason_of(moment_before, now, 100 * kSecond).empty());
    }
    SECTION("the supervisor, whom nobody replaces") {
        now.supervisor.state = ProcessState::Dead;
        CHECK(reason_of(earlier, now, 100 * kSecond).find("the supervisor (pid 10) is dead") == 0);
    }
}

TEST_CASE("what is stopped, dead or gone is unhealthy at once", "[health]") {
    Observation seen = healthy();
    for (const auto& [state, word] :
         {std::pair(PipelineState::Stopped, "stopped"), std::pair(PipelineState::Dead, "dead"),
          std::pair(PipelineState::Finished, "finished")}) {
        seen.state = state;
        CHECK(reason_of(seen, seen, 100 * kSecond).find(word) != std::string::npos);
    }
}

namespace {

Health health_of(const Observation& now) {
    return Health::of(now, now, now.at_ns);
}

// Three results wait, the oldest since `second`.
Observation unstored_since(std::uint64_t second) {
    Observation seen = healthy();
    seen.live.flow = {8, 5, 0, 3, 0, {}};
    seen.ledger_condition.unstored_since_ns = second * kSecond;
    return seen;
}

}  // namespace

TEST_CASE("nothing that is stored is unhealthy after ten seconds, whatever else moves", "[health]") {
    CHECK(health_of(unstored_since(91)).is_good);
    Observation seen = unstored_since(66);
    seen.consumers.front().invoice = CurrentInvoice{"a", 1, 99 * kSecond};
    CHECK(health_of(seen).state == HealthState::NotStored);
    CHECK(health_of(seen).reason.find(
              "nothing has been stored for 34 s, with 3 results waiting: no commit") == 0);
    SECTION("but not before --flush-interval is over") {
        seen.ledger_condition.flush_interval_ns = 60 * kSecond;
        CHECK(health_of(seen).is_good);
        seen.ledger_condition.unstored_since_ns = 35 * kSecond;
        CHECK(health_of(seen).state == HealthState::NotStored);
    }
    SECTION("and with an error that says why") {
        seen.ledger_condition.failing_since_ns = 70 * kSecond;
        seen.ledger_condition.error = "ledger x: disk is full";
        CHECK(health_of(seen).state == HealthState::LedgerFails);
        CHECK(health_of(seen).reason ==
              "nothing has been stored for 30 s, with 3 results waiting: ledger x: disk is full");
        seen.ledger_condition.failing_since_ns = 95 * kSecond;
        seen.ledger_condition.unstored_since_ns = 95 * kSecond;
        CHECK(health_of(seen).is_good);
    }
}

TEST_CASE("an invoice of minutes in an otherwise empty pipeline is healthy", "[health]") {
    Observation seen = healthy();
    seen.live.flow = {1, 0, 1, 0, 0, {}};
    seen.oldest_unsaved_ns = 1 * kSecond;
    seen.consumers.front().in_hand = 1;
    seen.consumers.front().invoice = CurrentInvoice{"a", 1, 1 * kSecond};
    CHECK(reason_of(seen, seen, 1 * kSecond).empty());
}

TEST_CASE("an error of the ledger with nothing to store is told in a drain only", "[health]") {
    Observation seen = healthy();
    seen.live.flow = {5, 0, 0, 5, 5, {}};
    seen.ledger_condition.failing_since_ns = 1 * kSecond;
    seen.ledger_condition.error = "ledger x: locked";
    CHECK(health_of(seen).is_good);
    seen.state = PipelineState::Draining;
    CHECK(health_of(seen).state == HealthState::LedgerFails);
}

TEST_CASE("each condition of the source is a state of its own, with its sentence", "[health]") {
    Observation seen = healthy();
    seen.source_condition.since_ns = 95 * kSecond;
    seen.source_condition.sentence = "spool:/s: so it is";
    for (const auto& [source, state, name] :
         {std::tuple(SourceState::Gone, HealthState::SourceGone, "source_gone"),
          std::tuple(SourceState::Replaced, HealthState::SourceReplaced, "source_replaced"),
          std::tuple(SourceState::CannotMove, HealthState::CannotMove, "cannot_move"),
          std::tuple(SourceState::NothingIsTaken, HealthState::NothingIsTaken, "nothing_is_taken")}) {
        seen.source_condition.state = source;
        const Health health = health_of(seen);
        CHECK_FALSE(health.is_good);
        CHECK(health.state == state);
        CHECK(to_text(health.state) == name);
        CHECK(health.reason == "spool:/s: so it is");
    }
    // What is tried again may pass.
    seen.source_condition.state = SourceState::Unreadable;
    CHECK(health_of(seen).is_good);
    seen.source_condition.since_ns = 90 * kSecond;
    CHECK(health_of(seen).state == HealthState::SourceUnreadable);
    seen.source_condition.sentence.clear();
    CHECK(health_of(seen).reason == "the source cannot be read");
}

TEST_CASE("twenty failures in a row, and a paused source, are unhealthy", "[health]") {
    Observation seen = healthy();
    seen.failed_in_a_row = 19;
    CHECK(health_of(seen).is_good);
    seen.failed_in_a_row = 20;
    CHECK(health_of(seen).state == HealthState::AllFail);
    CHECK(health_of(seen).reason.find("all of the last 20 invoices failed") == 0);
    seen.failed_in_a_row = 0;
    seen.is_paused = true;
    CHECK(health_of(seen).state == HealthState::Paused);
    seen.state = PipelineState::Draining;
    CHECK(health_of(seen).is_good);
}

TEST_CASE("a process that stays stopped is unhealthy if something waits for it", "[health]") {
    Observation now = healthy();
    now.consumers.front().state = ProcessState::Stopped;
    Observation earlier = now;
    earlier.at_ns -= kSecond;
    CHECK(Health::of(earlier, now, now.at_ns).is_good);
    now.consumers.front().in_hand = 1;
    CHECK(Health::of(now, now, now.at_ns).is_good);
    CHECK(Health::of(earlier, now, now.at_ns).reason ==
          "consumer 0 (pid 12) is stopped: let it go on (SIGCONT)");
    now.producer.state = earlier.producer.state = ProcessState::Stopped;
    CHECK(Health::of(earlier, now, now.at_ns).state == HealthState::ProcessStopped);
    CHECK(Health::of(earlier, now, now.at_ns).reason.find("the producer") == 0);
    now.supervisor.state = earlier.supervisor.state = ProcessState::Stopped;
    CHECK(Health::of(earlier, now, now.at_ns).reason.find("the supervisor") == 0);
}
