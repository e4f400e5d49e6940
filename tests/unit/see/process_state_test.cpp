// SPDX-License-Identifier: Apache-2.0
// Processes as seen from another pid namespace, here one that the segments are said to be of.
#include "observer/see/process_state.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "common/core/segments/segments.hpp"
#include "observer/audit/audit_view.hpp"
#include "observer/judge/health.hpp"
#include "observer/see/observation.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

// A pipeline of this process, and the observer's attachment to it.
class Fixture {
  public:
    Fixture() {
        own_.emplace(Segments::create(name_, {8, 8, "sequence", "none", 1, true}));
        seen_ = SegmentsView::open(name_);
        ring().producer_process = ProcessId::self().pack();
        own_->metrics().supervisor.process = ProcessId::self().pack();
    }
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;
    ~Fixture() {
        Segment::remove(name_ + ".ring");
        Segment::remove(name_ + ".storage");
    }

    [[nodiscard]] Segments& own() { return *own_; }
    [[nodiscard]] RingArea& ring() { return own_->ring().area(); }
    [[nodiscard]] const SegmentsView& seen() const { return *seen_; }
    [[nodiscard]] const std::string& seen_name() const { return name_; }
    [[nodiscard]] Observation look() const { return observe_segments(*seen_); }
    [[nodiscard]] std::string_view audited() const { return state_of(take_snapshot(*seen_)); }
    // The pids that it holds are of another namespace.
    void be_elsewhere() { ring().pid_namespace = own_pid_namespace() + 1; }
    // Nobody has the segments any more but who looks at them.
    void die() { own_.reset(); }

  private:
    std::string name_ = fmt::format("unit-{}-elsewhere", ::getpid());
    std::optional<Segments> own_;
    std::optional<SegmentsView> seen_;
};

}  // namespace

TEST_CASE("in its own pid namespace a process is believed with its start time only", "[process_state]") {
    Fixture fixture;
    CHECK(reach_of(fixture.seen()) == Reach::Here);
    Observation seen = fixture.look();
    CHECK(seen.state == PipelineState::Running);
    CHECK(seen.producer.state == ProcessState::Running);
    CHECK(seen.producer.private_bytes != 0);
    CHECK(fixture.audited() == "running");

    const ProcessId self = ProcessId::self();
    const ProcessId before{self.pid, self.started_ticks - 1};  // it had this pid, and is dead
    fixture.ring().producer_process = before.pack();
    fixture.ring().hands[3].process = before.pack();
    fixture.own().metrics().supervisor.process = before.pack();
    seen = fixture.look();
    CHECK(seen.state == PipelineState::Dead);
    CHECK(seen.producer.state == ProcessState::Dead);
    CHECK(seen.producer.pid == self.pid);
    CHECK(seen.producer.private_bytes == 0);
    REQUIRE(seen.consumers.size() == 1);
    CHECK(seen.consumers.front().state == ProcessState::Dead);
    CHECK(seen.supervisor.state == ProcessState::Dead);
    CHECK_FALSE(Health::of(seen, seen, seen.at_ns).is_good);
    CHECK(fixture.audited() == "dead");
}

TEST_CASE("no pid of another pid namespace is looked for, and whether any process lives is told all the same",
          "[process_state]") {
    Fixture fixture;
    fixture.be_elsewhere();
    CHECK(reach_of(fixture.seen()) == Reach::AliveElsewhere);
    Observation seen = fixture.look();
    CHECK(seen.state == PipelineState::Running);
    CHECK(seen.producer.state == ProcessState::Unknown);
    CHECK(seen.producer.private_bytes == 0);
    CHECK(seen.supervisor.state == ProcessState::Unknown);
    CHECK(Health::of(seen, seen, seen.at_ns).is_good);
    CHECK(fixture.audited() == "running");
    fixture.own().ring().close();
    CHECK(fixture.look().state == PipelineState::Draining);

    fixture.die();
    CHECK(reach_of(fixture.seen()) == Reach::DeadElsewhere);
    seen = fixture.look();
    CHECK(seen.state == PipelineState::Dead);
    CHECK(seen.producer.state == ProcessState::Dead);
    CHECK_FALSE(Health::of(seen, seen, seen.at_ns).is_good);
    CHECK(fixture.audited() == "dead");
}

TEST_CASE("a pid namespace that is not known is another one", "[process_state]") {
    Fixture fixture;
    fixture.ring().pid_namespace = 0;
    CHECK(reach_of(fixture.seen()) == Reach::AliveElsewhere);
}

TEST_CASE("where nothing says whether it lives, only what moves is healthy", "[process_state]") {
    Fixture fixture;
    fixture.be_elsewhere();
    Observation seen = observe_areas(fixture.seen().ring(), fixture.seen().storage(),
                                     fixture.seen().metrics(), Reach::Elsewhere);
    CHECK(seen.state == PipelineState::Unknown);
    CHECK(seen.producer.state == ProcessState::Unknown);
    seen.at_ns = 100 * kSecond;
    CHECK(Health::of(seen, seen, 95 * kSecond).is_good);
    const Health health = Health::of(seen, seen, 80 * kSecond);
    CHECK_FALSE(health.is_good);
    CHECK(health.reason.find("belong to another pid namespace") != std::string::npos);
}

TEST_CASE("an invoice that takes its time is no standstill, where some process lives", "[process_state]") {
    Fixture fixture;
    fixture.be_elsewhere();
    Observation seen = fixture.look();
    seen.at_ns = 100 * kSecond;
    seen.live.flow.acquired = 1;
    seen.live.flow.in_hands = 1;
    seen.consumers.resize(1);
    seen.consumers.front().state = ProcessState::Unknown;
    CHECK_FALSE(Health::of(seen, seen, 80 * kSecond).is_good);
    seen.consumers.front().invoice = CurrentInvoice{"a", 1, 80 * kSecond};
    CHECK(Health::of(seen, seen, 80 * kSecond).is_good);
    seen.state = PipelineState::Unknown;
    CHECK_FALSE(Health::of(seen, seen, 80 * kSecond).is_good);
}

TEST_CASE("who looks from elsewhere keeps no process from the generation lock", "[process_state]") {
    Fixture fixture;
    fixture.be_elsewhere();
    std::jthread observer([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) static_cast<void>(reach_of(fixture.seen()));
    });
    int failed = 0;
    for (int i = 0; i < 20'000; ++i) {
        if (!fixture.own().lock_exclusively() || !fixture.own().lock_shared()) ++failed;
    }
    CHECK(failed == 0);
    // Nor from opening them, when nobody has them.
    fixture.die();
    for (int i = 0; i < 1'000; ++i) REQUIRE(Segments::open(fixture.seen_name()).has_value());
}

TEST_CASE("an adopter forgets the processes of before, and names its own pid namespace", "[process_state]") {
    Fixture fixture;
    fixture.ring().hands[7].process = ProcessId::self().pack();
    fixture.be_elsewhere();
    fixture.own().take_over();
    CHECK(fixture.ring().pid_namespace == own_pid_namespace());
    CHECK(fixture.ring().producer_process == 0);
    CHECK(fixture.ring().hands[7].process == 0);
    CHECK(fixture.own().metrics().supervisor.process == 0);
}
