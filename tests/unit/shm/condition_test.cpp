// SPDX-License-Identifier: Apache-2.0
#include "common/shm/condition.hpp"

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <new>

#include "tests/support/apart.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A waiter in a thread of its own. The test fails if the wait has not ended at the deadline.
class Waiter {
  public:
    explicit Waiter(std::chrono::nanoseconds bound)
        : answer_(std::async(std::launch::async, [this, bound] {
              return condition.wait_for(bound, [this] {
                  ++looks;
                  return committed.load();
              });
          })) {}
    ~Waiter() {
        committed = true;
        condition.wake();
    }
    // Returns once the waiter has raised its flag: it sleeps, or is about to.
    void until_announced() const {
        REQUIRE(eventually([&] { return condition.waiting.load() != 0; }));
    }
    [[nodiscard]] bool answer() {
        REQUIRE(answer_.wait_for(kDeadline) == std::future_status::ready);
        return answer_.get();
    }

    Condition condition{};
    std::atomic<bool> committed = false;
    std::atomic<int> looks = 0;

  private:
    std::future<bool> answer_;
};

}  // namespace

TEST_CASE("a notify without a waiter wakes nobody, and asks nothing", "[condition]") {
    Condition condition{};
    condition.notify();
    condition.notify_if([] {
        FAIL("was asked whether it is worth it");
        return true;
    });
    CHECK(condition.sequence == 0);
    CHECK(condition.waiting == 0);
}

TEST_CASE("the flag that a dead waiter leaves costs one wake-up and no more", "[condition]") {
    Condition condition{};
    condition.waiting = 1;
    condition.notify();
    CHECK(condition.sequence == 1);
    CHECK(condition.waiting == 0);
    condition.notify();
    CHECK(condition.sequence == 1);
}

TEST_CASE("a notify that is not worth it leaves the waiter's flag to the next one", "[condition]") {
    Condition condition{};
    condition.waiting = 1;
    condition.notify_if([] { return false; });
    CHECK(condition.sequence == 0);
    CHECK(condition.waiting == 1);
    condition.notify_if([] { return true; });
    CHECK(condition.sequence == 1);
    CHECK(condition.waiting == 0);
}

TEST_CASE("a wait for something that holds already announces nothing", "[condition]") {
    Condition condition{};
    CHECK(condition.wait_for(hours(1), [] { return true; }));
    CHECK(condition.waiting == 0);
}

TEST_CASE("a wait without time looks once and returns", "[condition]") {
    const bool holds = GENERATE(true, false);
    const auto bound = GENERATE(seconds(0), seconds(-1));
    Condition condition{};
    int looks = 0;
    CHECK(condition.wait_for(bound, [&] {
        ++looks;
        return holds;
    }) == holds);
    CHECK(looks == 1);
    CHECK(condition.waiting == 0);
}

TEST_CASE("a wait that nobody ends lasts as long as its bound", "[condition]") {
    const auto began = std::chrono::steady_clock::now();
    Waiter waiter(milliseconds(50));
    CHECK_FALSE(waiter.answer());
    CHECK(std::chrono::steady_clock::now() - began >= milliseconds(50));
}

TEST_CASE("a waiter sleeps until it is notified", "[condition]") {
    Waiter waiter(hours(1));
    waiter.until_announced();
    waiter.committed = true;
    waiter.condition.notify();
    CHECK(waiter.answer());
}

TEST_CASE("a notify between a waiter's look and its sleep is not lost", "[condition]") {
    Condition condition{};
    bool committed = false;
    const auto began = std::chrono::steady_clock::now();
    CHECK(condition.wait_for(kDeadline, [&] {
        const bool seen = committed;
        if (condition.waiting != 0 && !committed) {  // the look after the announcement
            committed = true;
            condition.notify();
        }
        return seen;
    }));
    CHECK(std::chrono::steady_clock::now() - began < kDeadline);
}

TEST_CASE("a waiter that is woken for nothing goes on waiting", "[condition]") {
    Waiter waiter(hours(1));
    for (int i = 0; i < 3; ++i) {
        waiter.until_announced();
        const int looks = waiter.looks;
        waiter.condition.wake();
        REQUIRE(eventually([&] { return waiter.looks > looks; }));
    }
    waiter.until_announced();
    waiter.committed = true;
    waiter.condition.notify();
    CHECK(waiter.answer());
}

TEST_CASE("a wake-up that a kill swallowed costs the waiter its bound and nothing else", "[condition]") {
    Waiter waiter(milliseconds(200));
    waiter.until_announced();
    waiter.committed = true;  // and the notifier is killed here
    CHECK(waiter.answer());
}

TEST_CASE("a waiter is woken by another process", "[condition]") {
    void* const memory =
        ::mmap(nullptr, sizeof(Condition), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto* const condition = new (memory) Condition{};
    {
        const Apart waiter([condition] {
            const bool woken =
                condition->wait_for(hours(1), [condition] { return condition->sequence != 0; });
            return woken ? "woken" : "not woken";
        });
        REQUIRE(eventually([&] { return condition->waiting.load() != 0; }));
        condition->notify();
        CHECK(waiter.result() == "woken");
    }
    ::munmap(memory, sizeof(Condition));
}
