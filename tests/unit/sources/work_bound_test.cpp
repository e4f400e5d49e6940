// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/work_bound.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using pipeline::WorkBound;
using pipeline::WorkProgress;
using namespace std::chrono_literals;

namespace {

// A pipeline that always has as much work as the bound allows, and finishes `per_ms` invoices a millisecond.
struct Run {
    WorkBound bound;
    WorkProgress progress{0, 0, 4};
    WorkBound::Clock::time_point now{1h};
    double done = 0;

    void work(std::chrono::milliseconds time, double per_ms) {
        for (auto passed = 0ms; passed < time; passed += 1ms, now += 1ms) {
            progress.pushed = std::max(progress.pushed, progress.finished + bound.most());
            done = std::min(done + per_ms, static_cast<double>(progress.pushed));
            progress.finished = static_cast<std::uint64_t>(done);
            bound.note(progress, now);
        }
    }
};

}  // namespace

TEST_CASE("at first as many may be held as consumers work on, and one", "[nats]") {
    Run run;
    run.bound.note(run.progress, run.now);
    CHECK(run.bound.most() == 5);
    CHECK(run.bound.tick() == 50ms);
}

TEST_CASE("the bound grows to what a fast pipeline finishes within a tenth of a second", "[nats]") {
    Run run;
    run.work(3s, 200);
    CHECK(run.bound.most() >= 10'000);
    CHECK(run.bound.most() <= 25'000);
    CHECK(run.bound.tick() == 1ms);
}

TEST_CASE("a slow pipeline holds what it works on", "[nats]") {
    Run run;
    run.work(60s, 0.0004);  // four consumers, ten seconds each
    CHECK(run.bound.most() <= 6);
}

TEST_CASE("a pipeline that becomes slow holds less soon", "[nats]") {
    Run run;
    run.work(2s, 50);
    const auto before = run.bound.most();
    CHECK(before > 2'000);
    run.work(4s, 0.5);
    CHECK(run.bound.most() < 100);
}

TEST_CASE("a pause without work does not make the pipeline slow", "[nats]") {
    Run run;
    run.work(2s, 50);
    const auto before = run.bound.most();
    run.progress.finished = run.progress.pushed;
    for (int i = 0; i < 1000; ++i) run.bound.note(run.progress, run.now += 10ms);
    CHECK(run.bound.most() >= before / 2);
}

TEST_CASE("a long way to the server adds to the bound", "[nats]") {
    Run near;
    Run far;
    far.bound.set_round_trip(100ms);
    near.work(2s, 10);
    far.work(2s, 10);
    CHECK(far.bound.most() > 2 * near.bound.most());
}

TEST_CASE("the bound itself is bounded", "[nats]") {
    Run run;
    run.work(4s, 100'000);
    CHECK(run.bound.most() <= WorkBound::kMost);
}
