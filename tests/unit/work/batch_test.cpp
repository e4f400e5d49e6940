// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/batch.hpp"

#include <signal.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/batch_owner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

class Work : public BatchOwner {
  public:
    using BatchOwner::BatchOwner;
    Batch batch() { return BatchOwner::batch(2, 30s); }
    Batch batch(const Chances& chances) { return BatchOwner::batch_with(chances); }

    bool save_results(std::span<const Result> results) override {
        CHECK(work() == 0);
        saves_.push_back(results.size());
        return can_save_;
    }
    std::chrono::nanoseconds do_other_work() override {
        CHECK(work() == 0);
        return 200ms;
    }

    std::vector<std::size_t> saves_;
};

}  // namespace

TEST_CASE("a batch that was given up puts no further item in work", "[batch]") {
    Work work(3);
    Batch batch = work.batch();
    work.can_save_ = false;
    REQUIRE(batch.begin(0));
    batch.result(0).set(Status::Booked);
    batch.finish(0);
    batch.save();
    REQUIRE(batch.is_given_up());
    CHECK_FALSE(batch.begin(1));
    CHECK_FALSE(batch.begin_start(1));
    CHECK(work.work() == 0);
}

TEST_CASE("while a program starts, the item in work looks new at each look", "[batch]") {
    Work work(2);
    Batch batch = work.batch();
    REQUIRE(batch.begin_start(1));
    const std::uint64_t first = work.work();
    CHECK(work.hand_.at_work() == 1);
    static_cast<void>(batch.look_after(std::chrono::steady_clock::now()));
    CHECK(work.work() != first);
    CHECK(work.hand_.at_work() == 1);
    CHECK(WorkWord::unpack(work.work()).attempt == 1);
    REQUIRE(batch.begin(1));
    const std::uint64_t timed = work.work();
    static_cast<void>(batch.look_after(std::chrono::steady_clock::now()));
    CHECK(work.work() == timed);
}

TEST_CASE("an item that is begun again looks new, however soon that is", "[batch]") {
    Work work(2);
    Batch batch = work.batch();
    REQUIRE(batch.begin(0));
    const std::uint64_t before = work.work();
    batch.pause();
    REQUIRE(batch.begin_start(0));
    REQUIRE(batch.begin(0));
    CHECK(work.work() != before);
}

TEST_CASE("the death of a consumer whose program has several items makes the whole batch suspect",
          "[batch]") {
    Work work(3);
    {
        Batch batch = work.batch();
        CHECK_FALSE(batch.has_suspect());
        REQUIRE(batch.begin(0));
        CHECK_FALSE(work.hand_.is_work_shared());
        REQUIRE(batch.begin(0, 2));
        CHECK(work.hand_.is_work_shared());
    }
    work.hand_.area().death = Cause::from_wait_status(SIGKILL).encode();
    work.hand_.take_over({4711, 1});
    Batch batch = work.batch();
    CHECK(batch.has_suspect());
    CHECK(batch.attempt(0) == 1);
    REQUIRE(batch.begin(0, 2));
    REQUIRE(batch.begin(0, 1));
    CHECK_FALSE(work.hand_.is_work_shared());
}

TEST_CASE("results are saved in the hand's order, as far as all before them are there", "[batch]") {
    Work work(4);
    Batch batch = work.batch();
    CHECK(batch.size() == 4);
    batch.result(2).set(Status::Booked);
    batch.finish(2);
    batch.save();
    CHECK(work.saves_.empty());
    for (const std::size_t i : {0U, 1U}) {
        batch.result(i).set(Status::Booked);
        batch.finish(i);
    }
    batch.save();
    CHECK(work.saves_ == std::vector<std::size_t>{3});
    CHECK_FALSE(batch.is_done());
    batch.finish(3);
    CHECK(batch.is_done());
    static_cast<void>(batch.look_after(std::chrono::steady_clock::now()));
    CHECK(work.saves_ == std::vector<std::size_t>{3, 1});
}

TEST_CASE("a finished result waits a millisecond for others, and not longer", "[batch]") {
    Work work(2);
    Batch batch = work.batch();
    const auto now = std::chrono::steady_clock::now();
    CHECK(batch.look_after(now) == 200ms);
    batch.finish(0);
    CHECK(batch.look_after(now) <= 1ms + (std::chrono::steady_clock::now() - now));
    CHECK(work.saves_.empty());
    static_cast<void>(batch.look_after(now + 10ms));
    CHECK(work.saves_ == std::vector<std::size_t>{1});
}

TEST_CASE("an attempt that failed is tried again until the attempts are used up", "[batch]") {
    Work work(2);
    Batch batch = work.batch();
    CHECK(batch.attempt(0) == 1);
    CHECK(batch.begin(0));
    CHECK(batch.charge(0, Cause::closed_stream(), "what it said") == Batch::AfterCharge::TryAgain);
    CHECK(work.work() == 0);
    CHECK(batch.attempt(0) == 2);
    CHECK_FALSE(batch.is_finished(0));
    CHECK(batch.begin(0));
    CHECK(batch.charge(0, Cause::ran_too_long(), "") == Batch::AfterCharge::Finished);
    CHECK(batch.is_finished(0));
    CHECK(batch.result(0).status == Status::Failed);
    CHECK(batch.result(0).attempts == 2);
    CHECK(batch.result(0).details.reason_text() == "ran longer than 30 s");
    CHECK(batch.attempt(1) == 1);
}

TEST_CASE(
    "the item that is worked on is the one that a death is charged to, but not while the consumer is busy",
    "[batch]") {
    Work work(2);
    Batch batch = work.batch();
    CHECK(batch.begin(1));
    const auto active = work.work();
    CHECK(active != 0);
    static_cast<void>(
        batch.look_after(std::chrono::steady_clock::now()));  // checks that nothing is active inside
    CHECK(work.work() == active);
    batch.finish(0);
    CHECK(work.work() == active);
    batch.finish(1);
    CHECK(work.work() == 0);
}

TEST_CASE("items that are not to be processed are finished from the beginning", "[batch]") {
    Work work(3);
    work.hand_.item(0).set_id("");
    work.hand_.charge(2, Cause::not_understood());
    work.hand_.charge(2, Cause::from_wait_status(11));
    Batch batch = work.batch();
    CHECK(batch.is_finished(0));
    CHECK_FALSE(batch.is_finished(1));
    CHECK(batch.is_finished(2));
    CHECK(batch.result(0).details.reason_text().starts_with("the source's id cannot be used: "));
    CHECK(batch.result(0).details.reason_text().find("--source lines0:-") != std::string::npos);
    CHECK(batch.result(0).details.reason_text().ends_with("a newline"));
    CHECK(batch.result(0).attempts == 1);
    CHECK(batch.result(2).details.reason_text() == "killed by signal 11 (SIGSEGV)");
    CHECK(batch.result(2).attempts == 2);
}

TEST_CASE("an invoice with a body waits like any other", "[batch]") {
    Work work(1);
    std::string bytes;
    work.hand_.item(0).set_id_and_body("a", "body", 100, bytes);
    Chances chances;
    chances.may_wait = true;
    Batch batch = work.batch_with(chances);
    CHECK(batch.begin(0));
    CHECK(batch.charge(0, Cause::from_wait_status(75 << 8), "") == Batch::AfterCharge::Finished);
    CHECK(batch.result(0).status == Status::Waiting);
}

TEST_CASE("what is given again without room for its body is failed, and keeps its rounds", "[batch]") {
    MemorySegments segments(8, 8);
    std::string bytes;
    std::vector<Item> items(1);
    GivenAgain again;
    again.round = 3;
    items[0].set_given_again("a", again, "a body", 37, bytes);
    Ring ring = segments.ring();
    REQUIRE(ring.push(items, bytes).count == 1);
    const Hand hand = ring.hand(0);
    REQUIRE(ring.claim(hand, 1, 0s) == Ring::ClaimOutcome::Claimed);
    const Chances chances;
    REQUIRE_FALSE(chances.has_chance(hand, 0));
    Result result;
    chances.settle_without_chance(hand, 0, result);
    CHECK(result.status == Status::Failed);
    CHECK(result.details.reason_text().starts_with("its body is not kept, or is too long for"));
    CHECK(result.attempt.is_given_again());
    CHECK(result.attempt.round == 3);
}

TEST_CASE("what is given again with no attempt left says where its reason is", "[batch]") {
    MemorySegments segments(8, 8);
    std::string bytes;
    std::vector<Item> items(1);
    GivenAgain again;
    again.round = again.attempts = again.failures = 2;
    items[0].set_given_again("a", again, bytes);
    Ring ring = segments.ring();
    REQUIRE(ring.push(items, bytes).count == 1);
    const Hand hand = ring.hand(0);
    REQUIRE(ring.claim(hand, 1, 0s) == Ring::ClaimOutcome::Claimed);
    Chances chances;
    chances.max_attempts = 2;
    REQUIRE_FALSE(chances.has_chance(hand, 0));
    Result result;
    chances.settle_without_chance(hand, 0, result);
    CHECK(result.status == Status::Failed);
    CHECK(result.details.reason_text() == "its attempts are used up; see the reason in its history");
}

TEST_CASE("a batch begins where the hand has been saved to", "[batch]") {
    Work work(4);
    work.hand_.set_word({0, 4, 3});
    Batch batch = work.batch();
    CHECK(batch.size() == 1);
    CHECK(batch.invoice(0).id == "4");
}

TEST_CASE("a batch whose results cannot be saved any more is left as it is", "[batch]") {
    Work work(3);
    work.can_save_ = false;
    Batch batch = work.batch();
    batch.finish(0);
    CHECK(batch.begin(1));
    static_cast<void>(batch.look_after(std::chrono::steady_clock::now() + 10ms));
    CHECK(batch.is_given_up());
    CHECK(batch.is_done());
    CHECK(work.work() == 0);
    batch.save();
    CHECK(work.saves_ == std::vector<std::size_t>{1});
}

TEST_CASE("an attempt during a hold is not charged, and what is not tried waits", "[batch]") {
    Work work(3);
    HoldArea area{};
    Hold hold(area);
    Chances chances{2, 30s};
    chances.may_wait = true;
    chances.hold = hold;
    Batch batch = work.batch(chances);
    REQUIRE(hold.begin());
    hold.let_through(1);
    CHECK(batch.enter(0) == Batch::Entry::Finished);
    CHECK(batch.result(0).status == Status::Waiting);
    CHECK(batch.result(0).attempts == 0);
    REQUIRE(batch.enter(1) == Batch::Entry::Begin);
    CHECK(batch.begin(1));
    CHECK(batch.charge(1, Cause::closed_stream(), "") == Batch::AfterCharge::Finished);
    CHECK(batch.result(1).status == Status::Waiting);
    CHECK(batch.result(1).attempt.failures == 0);
    CHECK(hold.is_on());
    CHECK(batch.result(1).attempt.first_failed_us == 0);
    hold.let_through(2);
    REQUIRE(batch.enter(2) == Batch::Entry::Begin);
    CHECK(batch.begin(2));
    batch.result(2).set(Status::Booked);
    batch.finish(2);
    CHECK_FALSE(hold.is_on());
    CHECK(batch.is_done());
}

TEST_CASE("a retry that is asked for during a hold does not begin the time to give up", "[batch]") {
    Work work(1);
    HoldArea area{};
    Hold hold(area);
    Chances chances{2, 30s};
    chances.may_wait = true;
    chances.give_up_after = 0s;
    chances.hold = hold;
    Batch batch = work.batch(chances);
    REQUIRE(hold.begin());
    hold.let_through(0);
    REQUIRE(batch.enter(0) == Batch::Entry::Begin);
    CHECK(batch.begin(0));
    batch.result(0).set(Status::Waiting, "503");
    batch.finish(0);
    CHECK(batch.result(0).status == Status::Waiting);
    CHECK(batch.result(0).attempt.first_failed_us == 0);
    CHECK(batch.result(0).details.reason_text() == "503");
}

TEST_CASE("a failed attempt waits if it can, and one that asks for more is not counted", "[batch]") {
    Work work(2);
    Chances chances{2, 30s};
    chances.may_wait = true;
    chances.least_delay = 1s;
    Batch batch = work.batch(chances);
    CHECK(batch.begin(0));
    CHECK(batch.charge(0, Cause::from_wait_status(3 << 8), "why") == Batch::AfterCharge::Finished);
    CHECK(batch.result(0).status == Status::Waiting);
    CHECK(batch.result(0).attempt.failures == 1);
    CHECK(batch.result(0).attempt.exit_status == 3);
    CHECK(batch.result(0).attempt.retry_after_us >= 1'000'000);
    CHECK(batch.result(0).attempt.retry_after_us <= 1'100'001);
    CHECK(batch.begin(1));
    CHECK(batch.charge(1, Cause::from_wait_status(75 << 8), "") == Batch::AfterCharge::Finished);
    CHECK(batch.result(1).status == Status::Waiting);
    CHECK(batch.result(1).attempt.failures == 0);
    CHECK(batch.result(1).attempt.first_failed_us != 0);
}
