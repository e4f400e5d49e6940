// SPDX-License-Identifier: Apache-2.0
#include "common/core/hand.hpp"

#include <memory>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// A wait status as waitpid(2) gives it (see wait(2) and the macros of <sys/wait.h>).
constexpr int kKilledBySegv = 11;
constexpr int kKilledBySegvWithCore = 11 | 0x80;
constexpr int kExitStatus3 = 3 << 8;

struct AHand {
    std::unique_ptr<HandArea> area = std::make_unique<HandArea>();
    std::unique_ptr<HandItems> items = std::make_unique<HandItems>();
    Hand hand{*area, *items, 0, ByteAreaView(std::string_view())};
    AHand() {
        for (std::uint64_t i = 0; i < 3; ++i) hand.item(i).set_id("INV");
        hand.set_word({100, 3, 1});
    }
    void die(Cause cause) const { area->death = cause.encode(); }
};

}  // namespace

TEST_CASE("a hand's word holds the largest values", "[hand]") {
    const HandWord largest{kMaxIndex - kMaxBatch, kMaxBatch, kMaxBatch};
    const HandWord unpacked = HandWord::unpack(largest.pack());
    CHECK(unpacked.first == largest.first);
    CHECK(unpacked.count == kMaxBatch);
    CHECK(unpacked.done == kMaxBatch);
}

TEST_CASE("a cause says how a consumer died", "[hand]") {
    CHECK(Cause::from_wait_status(kKilledBySegv).text(std::chrono::seconds(30)) ==
          "killed by signal 11 (SIGSEGV)");
    CHECK(Cause::from_wait_status(kKilledBySegvWithCore).text(std::chrono::seconds(30)) ==
          "killed by signal 11 (SIGSEGV)");
    CHECK(Cause::from_wait_status(kExitStatus3).text(std::chrono::seconds(30)) == "exit status 3");
    CHECK(Cause::from_wait_status(0).text(std::chrono::seconds(30)) == "exit status 0");
    CHECK(Cause::not_understood().text(std::chrono::seconds(30)) == "gave an answer that is not understood");
    CHECK(Cause::closed_stream().text(std::chrono::seconds(30)) == "closed its input or output");
    for (const Cause cause : {Cause::ran_too_long(), Cause::not_understood(), Cause::closed_stream(),
                              Cause::from_wait_status(kExitStatus3)}) {
        CHECK(Cause::decode(cause.encode()).text(std::chrono::seconds(1)) ==
              cause.text(std::chrono::seconds(1)));
    }
    CHECK(Cause::decode(0x37f).text(std::chrono::seconds(30)) == "cause unknown");
    CHECK(Cause::ran_too_long().text(std::chrono::seconds(30)) == "ran longer than 30 s");
    CHECK(Cause::decode(0).text(std::chrono::seconds(30)) == "cause unknown");
}

TEST_CASE("a death is charged to the item in work and to no other", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4711, 1});
    CHECK(a.hand.deaths(1) == 1);
    CHECK(a.hand.deaths(2) == 0);
    CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "killed by signal 11 (SIGSEGV)");
    CHECK(ProcessId::unpack(a.area->process) == ProcessId{4711, 1});

    a.hand.begin_work(100, 1);
    a.die(Cause::from_wait_status(kExitStatus3));
    a.hand.take_over({4712, 1});
    CHECK(a.hand.deaths(1) == 2);
    CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "exit status 3");
}

TEST_CASE("a death between items is charged to none", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    a.hand.end_work();
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4711, 1});
    CHECK(a.hand.deaths(1) == 0);
    CHECK(a.hand.deaths(2) == 0);
}

TEST_CASE("a successor that dies while it takes over charges nothing twice", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    const std::uint64_t work = a.area->work;
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4711, 1});
    a.area->work = work;  // as if it had died before its last store
    a.die(Cause::from_wait_status(kExitStatus3));
    a.hand.take_over({4712, 1});
    CHECK(a.hand.deaths(1) == 1);
    CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "killed by signal 11 (SIGSEGV)");
}

TEST_CASE("an attempt that failed outside is charged by the living consumer, and counts with its deaths",
          "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    a.hand.charge(1, Cause::not_understood());
    CHECK(a.hand.deaths(1) == 1);
    CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "gave an answer that is not understood");
    CHECK(a.area->work == 0);

    a.hand.begin_work(100, 1);
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4711, 1});
    CHECK(a.hand.deaths(1) == 2);
    a.hand.begin_work(100, 1);
    a.hand.charge(1, Cause::from_wait_status(kExitStatus3));
    CHECK(a.hand.deaths(1) == 3);
    CHECK(a.hand.deaths(2) == 0);
}

TEST_CASE("a consumer that dies while it charges an attempt leaves it charged once", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    const std::uint64_t work = a.area->work;
    SECTION("before the charge") {
        a.die(Cause::from_wait_status(kKilledBySegv));
        a.hand.take_over({4711, 1});
        CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "killed by signal 11 (SIGSEGV)");
    }
    SECTION("after it, with the work still active") {
        a.hand.charge(1, Cause::ran_too_long());
        a.area->work = work;
        a.die(Cause::from_wait_status(kKilledBySegv));
        a.hand.take_over({4711, 1});
        CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "ran longer than 30 s");
    }
    CHECK(a.hand.deaths(1) == 1);
    CHECK(a.area->work == 0);
}

TEST_CASE("an unknown cause charges nobody and makes a suspect, and the next one charges it", "[hand]") {
    const AHand a;
    CHECK_FALSE(a.hand.has_suspect());
    a.hand.begin_work(100, 1);
    a.hand.take_over({4711, 1});
    CHECK(a.hand.deaths(1) == 0);
    CHECK(a.hand.is_suspect(1));
    CHECK_FALSE(a.hand.is_suspect(2));
    CHECK(a.hand.has_suspect());
    for (std::uint8_t attempt = 1; attempt <= 3; ++attempt) {
        a.hand.begin_work(100, 1);
        a.hand.take_over({4712, 1});
        CHECK(a.hand.deaths(1) == attempt);
        CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "cause unknown");
        CHECK(a.hand.is_suspect(1));
    }
    a.hand.set_word({100, 3, 2});  // it has been saved
    CHECK_FALSE(a.hand.has_suspect());
}

TEST_CASE("a suspect that dies of a known cause is charged like any other", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    a.hand.take_over({4711, 1});
    a.hand.begin_work(100, 1);
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4712, 1});
    CHECK(a.hand.deaths(1) == 1);
    CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "killed by signal 11 (SIGSEGV)");
    CHECK_FALSE(a.hand.has_suspect());
}

TEST_CASE("a successor that dies while it makes a suspect is nobody's fault", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    const std::uint64_t work = a.area->work;
    a.hand.take_over({4711, 1});
    a.area->work = work;  // as if it had died before its last store
    SECTION("of an unknown cause") {}
    SECTION("of a known one") {
        a.die(Cause::from_wait_status(kKilledBySegv));
    }
    a.hand.take_over({4712, 1});
    CHECK(a.hand.deaths(1) == 0);
    CHECK(a.hand.is_suspect(1));
    CHECK(a.area->work == 0);
}

TEST_CASE("a death while several items are processed charges nobody and makes the first one a suspect",
          "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1, 0, true);
    CHECK(a.hand.is_work_shared());
    const std::uint64_t work = a.area->work;
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4711, 1});
    CHECK(a.hand.deaths(1) == 0);
    CHECK(a.hand.is_suspect(1));
    CHECK(a.area->work == 0);
    SECTION("and so does a successor that dies before its last store") {
        a.area->work = work;
        a.die(Cause::from_wait_status(kExitStatus3));
        a.hand.take_over({4712, 1});
        CHECK(a.hand.deaths(1) == 0);
        CHECK(a.hand.is_suspect(1));
    }
    SECTION("and a death while it is processed alone is charged to it") {
        a.hand.begin_work(100, 1);
        a.die(Cause::from_wait_status(kExitStatus3));
        a.hand.take_over({4712, 1});
        CHECK(a.hand.deaths(1) == 1);
        CHECK(a.hand.cause(1).text(std::chrono::seconds(30)) == "exit status 3");
    }
}

TEST_CASE("a charge of the one item that the program had read counts once, though others were outstanding",
          "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1, 0, true);
    const std::uint64_t work = a.area->work;
    a.hand.charge(1, Cause::ran_too_long());
    a.area->work = work;  // as if the consumer had died before its last store
    a.die(Cause::from_wait_status(kKilledBySegv));
    a.hand.take_over({4711, 1});
    CHECK(a.hand.deaths(1) == 1);
    CHECK(a.hand.deaths(2) == 0);
}

TEST_CASE("a blame, a length or a work word that has changed charges nobody", "[hand]") {
    const AHand a;
    a.hand.begin_work(100, 1);
    a.die(Cause::from_wait_status(kKilledBySegv));
    SECTION("a suspect's bit") {
        a.hand.item(1).blame = a.hand.item(1).blame ^ (1U << 23U);
    }
    SECTION("a length") {
        a.hand.item(1).id_length = 2;
    }
    SECTION("no id") {
        a.hand.item(1).id_length = 0;
    }
    SECTION("the number of the attempt") {
        a.area->work = a.area->work ^ 8U;
    }
    const std::uint32_t blame = a.hand.item(1).blame;
    CHECK_THROWS_AS(a.hand.take_over({4711, 1}), DamagedMemory);
    CHECK(a.hand.item(1).blame == blame);
}
