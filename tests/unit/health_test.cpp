// SPDX-License-Identifier: Apache-2.0
#include "observer/health.hpp"

#include "tests/catch.hpp"

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

std::string reason_of(const Observation& earlier, const Observation& now, std::uint64_t moved_ns) {
    const Health health = Health::of(earlier, now, moved_ns);
    CHECK(health.is_good == health.reason.empty());
    return health.reason;
}

}  // namespace

TEST_CASE("what goes on is healthy", "[health]") {
    const Observation seen = healthy();
    CHECK(reason_of(seen, seen, 100 * kSecond).empty());
    CHECK(reason_of(seen, seen, 91 * kSecond).empty());
}

TEST_CASE("nothing that moves is unhealthy where there is something to do", "[health]") {
    Observation seen = healthy();
    CHECK(reason_of(seen, seen, 80 * kSecond) == "nothing has moved for 20 s, with 5 invoices in flight");
    Observation one = seen;
    one.live.flow.acquired = one.live.flow.durable + 1;
    CHECK(reason_of(one, one, 80 * kSecond) == "nothing has moved for 20 s, with 1 invoice in flight");
    SECTION("but not while an invoice takes its time") {
        seen.consumers.front().invoice = CurrentInvoice{"a", 1, 80 * kSecond};
        CHECK(reason_of(seen, seen, 80 * kSecond).empty());
        seen.consumers.front().state = ProcessState::Stopped;
        CHECK_FALSE(reason_of(seen, seen, 80 * kSecond).empty());
    }
    SECTION("and not where there is nothing") {
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
