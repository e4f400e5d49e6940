// SPDX-License-Identifier: Apache-2.0
#include "supervisor/reaper.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>

#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A run of a spool that is still empty: nothing is in flight.
struct EmptyRun {
    EmptyRun() { options.name = name; }
    ~EmptyRun() {
        Segment::remove(name + ".ring");
        Segment::remove(name + ".storage");
    }
    [[nodiscard]] static SegmentsPlan plan() {
        SegmentsPlan spool{8, 8, "spool:/in", "none", 0, false};
        spool.source_file = {1, 2, 3};
        return spool;
    }
    // Starts a consumer that ends with the status that `work` returns, and reaps it.
    void end_consumer(const std::function<ExitStatus()>& work) {
        Child& consumer = children.add(Child{});
        consumer.state = Child::State::Running;
        consumer.process.pid = ::fork();
        if (consumer.process.pid == 0) ::_exit(to_int(work()));
        REQUIRE(consumer.process.pid > 0);
        siginfo_t info{};
        REQUIRE(::waitid(P_PID, static_cast<id_t>(consumer.process.pid), &info, WEXITED | WNOWAIT) == 0);
        status = static_cast<ExitStatus>(info.si_status);
        reaper.reap(consumer);
        REQUIRE(consumer.state == Child::State::Done);
    }
    [[nodiscard]] bool has_segments() const {
        return Segment::open(name + ".ring", Segment::Access::ReadOnly).has_value() &&
               Segment::open(name + ".storage", Segment::Access::ReadOnly).has_value();
    }

    const std::string name = fmt::format("unit-{}-reaper", ::getpid());
    Options options;
    Segments segments = Segments::create(name, plan());
    Children children{Child{}, false};
    Drain drain{options, segments, children};
    Pool pool{children, segments.ring(), [](std::uint16_t) { return Child{}; }};
    Suspicion suspicion{children, segments.ring()};
    Progress progress{segments.ring(), segments.storage(), {}, std::chrono::steady_clock::now()};
    Reaper reaper{options, segments, children, pool, drain, suspicion, progress};
    ExitStatus status = ExitStatus::Drained;  // of the consumer
};

ExitStatus attach(const std::string& name) {
    return refusal_of([&] { return Segments::attach(name, Lineage(::getppid())); }).status;
}

}  // namespace

TEST_CASE("only exit statuses that speak of the set-up are permanent", "[restart]") {
    const auto exited = [](int status) { return permanent_failure(status << 8); };
    CHECK(exited(64) == ExitStatus::Usage);
    CHECK(exited(66) == ExitStatus::NoInput);
    CHECK(exited(73) == ExitStatus::CannotCreate);
    CHECK(exited(78) == ExitStatus::Configuration);
    CHECK_FALSE(exited(0));
    CHECK_FALSE(exited(3));
    CHECK_FALSE(exited(70));
    CHECK_FALSE(permanent_failure(9));  // a signal
}

TEST_CASE("a consumer that refuses its set-up ends an empty run with its status, and nothing stays",
          "[restart]") {
    const CapturedLog captured;
    EmptyRun run;
    run.end_consumer([] { return ExitStatus::Configuration; });
    CHECK(run.drain.has_failed());
    CHECK(run.drain.finish() == ExitStatus::Configuration);
    CHECK_FALSE(run.has_segments());
}

TEST_CASE("a consumer that refuses damaged segments ends even an empty run as damaged, and they stay",
          "[restart]") {
    const CapturedLog captured;
    EmptyRun run;
    RingArea& ring = run.segments.ring().area();
    StorageArea& storage = run.segments.storage().area();
    SECTION("the ring's generation") {
        ring.header.generation ^= 1U;
        run.end_consumer([&] { return attach(run.name); });
        CHECK(run.status == ExitStatus::Configuration);
    }
    SECTION("the ring's layout version") {
        ring.header.layout_version ^= 64U;
        run.end_consumer([&] { return attach(run.name); });
        CHECK(run.status == ExitStatus::Configuration);
    }
    SECTION("the storage's capacity") {
        storage.header.capacity ^= 4U;
        run.end_consumer([&] { return attach(run.name); });
        CHECK(run.status == ExitStatus::Configuration);
    }
    SECTION("the spool's folder") {
        ring.source_file.inode ^= 4U;
        run.end_consumer([] { return ExitStatus::NoInput; });  // it takes the folder for another one
    }
    CHECK(run.drain.has_failed());
    CHECK(ring.damaged == 1);
    CHECK(run.drain.finish() == ExitStatus::Internal);
    REQUIRE_FALSE(captured.lines().empty());
    CHECK(mentions(captured.lines().front(), " is damaged: "));
    CHECK(run.has_segments());
}
