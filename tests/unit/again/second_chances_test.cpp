// SPDX-License-Identifier: Apache-2.0
// Invoices that are given again: taken from a ledger when they are due, given once, leased until their
// results are durable, and given back at the end.
#include "producer/again/second_chances.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>

#include "common/base/fd.hpp"
#include "common/core/ring.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

// A ledger in memory. The taker's thread and the test use it.
struct Rows {
    std::mutex mutex;
    std::map<std::string, std::uint32_t> due;      // by id: the round
    std::map<std::string, std::uint32_t> leased;   // as `due`
    std::map<std::string, std::uint32_t> untried;  // as `due`: a try takes them too
    std::map<std::string, std::string> bodies;     // by id
    std::uint64_t renewals = 0;
    std::uint64_t ended_leases = 0;
    std::uint64_t looks = 0;
    int changes = -1;  // an eventfd
    bool fails = false;
    std::optional<std::chrono::microseconds> next;

    template <class Action>
    auto with(Action&& action) {
        const std::lock_guard lock(mutex);
        return action();
    }
};

class MemoryTaker final : public LedgerTaker {
  public:
    explicit MemoryTaker(Rows& rows) : rows_(rows) {}
    std::vector<TakenRow> take(std::size_t most, std::chrono::microseconds,
                               const std::unordered_set<std::string>&) override {
        const std::lock_guard lock(rows_.mutex);
        if (rows_.fails) throw LedgerUnavailable("it is away");
        std::vector<TakenRow> taken;
        while (!rows_.due.empty() && taken.size() < most) {
            const auto [id, round] = *rows_.due.begin();
            rows_.due.erase(id);
            rows_.leased[id] = round + 1;
            TakenRow row;
            row.id = id;
            row.earlier.round = round + 1;
            row.earlier.position = 7;
            if (const auto body = rows_.bodies.find(id); body != rows_.bodies.end()) row.body = body->second;
            taken.push_back(row);
        }
        return taken;
    }
    std::vector<TakenRow> take_for_a_try(std::chrono::microseconds lease) override {
        rows_.with([&] { rows_.due.merge(rows_.untried); });
        return take(1, lease, {});
    }
    void renew(std::span<const TakenRow> rows, std::chrono::microseconds) override {
        const std::lock_guard lock(rows_.mutex);
        rows_.renewals += rows.size();
    }
    void give_back(std::span<const TakenRow> rows, std::chrono::microseconds) override {
        const std::lock_guard lock(rows_.mutex);
        for (const TakenRow& row : rows) {
            rows_.leased.erase(row.id);
            rows_.due[row.id] = row.earlier.round;
        }
    }
    void end_leases(const std::unordered_set<std::string>&) override {
        const std::lock_guard lock(rows_.mutex);
        ++rows_.ended_leases;
    }
    std::optional<std::chrono::microseconds> until_next() override {
        const std::lock_guard lock(rows_.mutex);
        if (rows_.fails) throw LedgerUnavailable("it is away");
        ++rows_.looks;
        return rows_.due.empty() ? rows_.next : std::optional(0us);
    }

    int changes() const noexcept override { return rows_.changes; }
    void forget_changes() noexcept override {
        std::uint64_t count = 0;
        static_cast<void>(::read(rows_.changes, &count, sizeof count) < 0);
    }

  private:
    Rows& rows_;
};

class AnySource : public Source {
  public:
    std::size_t acquire(std::span<Item>) override { return 0; }
    bool exhausted() const override { return true; }
    void stop() override {}
    void wait(int, std::chrono::milliseconds) override {}
    BringBack bring_back(std::string_view, std::uint64_t) override { return answer; }
    BringBack answer = BringBack::Ready;
};

SecondChances::Plan quick() {
    SecondChances::Plan plan;
    plan.look_every = 5ms;
    return plan;
}

// The ids of the items that are given, once there are some.
std::vector<std::string> given(SecondChances& chances, Source& source,
                               std::optional<std::uint64_t> present = {}) {
    std::array<Item, 4> items{};
    std::vector<std::string> ids;
    REQUIRE(eventually([&] {
        const std::size_t count = chances.acquire(items, present, source);
        const ByteAreaView bytes(chances.bytes());
        for (std::size_t i = 0; i < count; ++i) ids.emplace_back(items[i].id_in(bytes));
        return count != 0;
    }));
    return ids;
}

Record record_of(std::uint32_t round, Outcome outcome) {
    Record record{};
    record.parts = Record::kHasAttempt;
    record.attempt = Attempt();
    record.attempt.flags = Attempt::kGivenAgain;
    record.attempt.round = round;
    record.outcome = outcome;
    return record;
}

}  // namespace

TEST_CASE("a due row is given once, with its rounds, and is over when its result is durable", "[again]") {
    Rows rows;
    rows.due = {{"x", 4}};
    AnySource source;
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
    std::array<Item, 4> items{};
    std::size_t count = 0;
    REQUIRE(eventually([&] { return (count = chances.acquire(items, 99, source)) != 0; }));
    CHECK(count == 1);
    const ByteAreaView bytes(chances.bytes());
    CHECK(items[0].id_in(bytes) == "x");
    CHECK(items[0].position == 99);  // where the ordered source continues
    CHECK(items[0].extent == 0);
    const auto earlier = items[0].given_again_in(bytes);
    REQUIRE(earlier);
    CHECK(earlier->round == 5);
    CHECK(earlier->position == 7);
    CHECK_FALSE(chances.is_over(1));
    CHECK(chances.wants_records(0));
    chances.stored(record_of(5, Outcome::Booked), "x");
    CHECK(eventually([&] { return chances.is_over(1); }));
    CHECK(rows.with([&] { return rows.ended_leases; }) == 1);
}

TEST_CASE("a row is given with its body, or is told to have none that fits", "[again]") {
    Rows rows;
    rows.due = {{"x", 4}, {"y", 0}, {"z", 0}};
    rows.bodies = {{"x", std::string(100, 'x')}, {"y", std::string(101, 'y')}};
    AnySource source;
    SecondChances::Plan plan = quick();
    plan.most_bytes = 1 + sizeof(GivenAgain) + 100;
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, plan);
    std::array<Item, 4> items{};
    REQUIRE(eventually([&] { return chances.acquire(items, {}, source) == 3; }));
    const ByteAreaView bytes(chances.bytes());
    CHECK(items[0].body_in(bytes) == std::string(100, 'x'));
    CHECK_FALSE(items[0].is_body_omitted());
    CHECK(items[1].is_body_omitted());
    CHECK(items[2].body_in(bytes).data() == nullptr);
    CHECK_FALSE(items[2].is_body_omitted());
    for (std::size_t i = 0; i < 3; ++i) CHECK(items[i].given_again_in(bytes).has_value());
}

TEST_CASE("a run is not over while a row is to come, or while the ledger cannot be asked", "[again]") {
    Rows rows;
    AnySource source;
    rows.with([&] { rows.next = 1h; });
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
    CHECK_FALSE(chances.is_over(1));
    CHECK(eventually([&] { return chances.until_due() > 50min && chances.until_due() <= 60min; }));
    CHECK_FALSE(chances.is_over(1));
    rows.with([&] {
        rows.next.reset();
        rows.fails = true;
    });
    CHECK_FALSE(chances.is_over(2));
    rows.with([&] { rows.fails = false; });
    CHECK(eventually([&] { return chances.is_over(2); }));
}

TEST_CASE("the producer is woken when it is known that nothing is to come", "[again]") {
    Rows rows;
    AnySource source;
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
    std::array<Item, 4> items{};
    for (std::uint64_t seen = 1; seen <= 20; ++seen) {
        CHECK_FALSE(chances.is_over(seen));
        pollfd ready{chances.ready_fd(), POLLIN, 0};
        REQUIRE(::poll(&ready, 1, static_cast<int>(kDeadline.count())) == 1);
        CHECK(chances.acquire(items, {}, source) == 0);
        CHECK(chances.is_over(seen));
    }
}

TEST_CASE("rows that were taken and not given go back at the end", "[again]") {
    Rows rows;
    rows.due = {{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"e", 0}, {"f", 0}};
    AnySource source;
    {
        SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
        CHECK(given(chances, source).size() == 4);
        chances.stop();
    }
    CHECK(rows.due.size() == 2);
    CHECK(rows.leased.size() == 4);
}

TEST_CASE("a row whose name another file has goes back, one whose receipt is missing waits here", "[again]") {
    Rows rows;
    rows.due = {{"x", 0}};
    AnySource source;
    source.answer = Source::BringBack::NotYet;
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
    std::array<Item, 4> items{};
    REQUIRE(eventually([&] {
        CHECK(chances.acquire(items, {}, source) == 0);
        return rows.with([&] { return rows.leased.count("x") == 1; });
    }));
    source.answer = Source::BringBack::Occupied;
    CHECK(eventually([&] {
        static_cast<void>(chances.acquire(items, {}, source));
        return rows.with([&] { return rows.leased.empty(); });
    }));
    source.answer = Source::BringBack::Ready;
    CHECK(given(chances, source) == std::vector<std::string>{"x"});
}

TEST_CASE("rows that are in the pipeline at a start are renewed, and no other leases are kept", "[again]") {
    Rows rows;
    TakenRow row;
    row.id = "x";
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {row}, quick());
    CHECK(
        eventually([&] { return rows.with([&] { return rows.renewals >= 1 && rows.ended_leases == 1; }); }));
    CHECK_FALSE(chances.is_over(1));
}

TEST_CASE("while the source is held, one row after the other is given to be tried, due or not", "[again]") {
    Rows rows;
    rows.due = {{"due", 0}};
    rows.untried = {{"later", 0}};
    rows.next = 1h;
    AnySource source;
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
    REQUIRE(eventually([&] { return rows.with([&] { return rows.leased.contains("due"); }); }));
    const auto give_one = [&] {
        std::array<Item, 4> items{};
        std::vector<std::string> ids;
        REQUIRE(eventually([&] {
            chances.hold(true);
            const std::size_t count = chances.acquire(items, {}, source);
            for (std::size_t i = 0; i < count; ++i)
                ids.emplace_back(items[i].id_in(ByteAreaView(chances.bytes())));
            return count != 0;
        }));
        return ids;
    };
    CHECK(give_one() == std::vector<std::string>{"due"});
    CHECK(give_one() == std::vector<std::string>{"later"});
    chances.hold(true);
    chances.hold(false);
    rows.with([&] { rows.due["anew"] = 0; });
    CHECK(given(chances, source) == std::vector<std::string>{"anew"});
}

TEST_CASE("without a ledger nothing waits", "[again]") {
    AnySource source;
    SecondChances chances(nullptr, {}, quick());
    std::array<Item, 4> items{};
    CHECK(chances.acquire(items, {}, source) == 0);
    CHECK(chances.is_over(0));
    CHECK_FALSE(chances.wants_records(1));
    CHECK(chances.until_due() >= 1h);
}

TEST_CASE("a ledger that tells of changes is looked at when it was written, and rarely besides", "[again]") {
    Rows rows;
    AnySource source;
    const UniqueFd changes(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const auto told = [&] {
        const std::uint64_t one = 1;
        return ::write(changes.get(), &one, sizeof one) == sizeof one;
    };
    rows.changes = changes.get();
    SecondChances::Plan plan = quick();
    plan.trust = 24h;  // it never looks by itself
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, plan);
    REQUIRE(eventually([&] { return rows.with([&] { return rows.looks != 0; }); }));
    for (const char* id : {"x", "y"}) {
        rows.with([&] { rows.due[id] = 1; });
        REQUIRE(told());
        CHECK(given(chances, source) == std::vector<std::string>{id});
    }
}

TEST_CASE("a late receipt of an earlier round does not end the present one", "[again]") {
    Rows rows;
    rows.due = {{"x", 4}};
    AnySource source;
    SecondChances chances(std::make_unique<MemoryTaker>(rows), {}, quick());
    REQUIRE(given(chances, source) == std::vector<std::string>{"x"});
    rows.with([&] { rows.due = {{"x", 5}}; });  // round 5 has ended, and its receipt is to come
    REQUIRE(given(chances, source) == std::vector<std::string>{"x"});
    chances.stored(record_of(5, Outcome::Waiting), "x");
    CHECK_FALSE(chances.is_over(1));
    CHECK(chances.wants_records(0));  // round 6 is under way
    chances.stored(record_of(6, Outcome::Booked), "x");
    CHECK_FALSE(chances.wants_records(0));
}
