// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/ledger_desk.hpp"

#include <poll.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

LedgerQuestion question_of(const std::string& id) {
    LedgerQuestion question;
    question.kind = LedgerQuestion::Kind::Invoice;
    question.text = id;
    return question;
}

// A ledger that answers when it is let.
struct SlowLedger {
    LedgerAnswer answer(const LedgerQuestion& question) {
        std::unique_lock lock(mutex);
        ++asked;
        changed.notify_all();
        changed.wait(lock, [&] { return is_open; });
        return NoAnswer{question.text};
    }
    void open() {
        const std::lock_guard lock(mutex);
        is_open = true;
        changed.notify_all();
    }
    void wait_until_asked() {
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, std::chrono::minutes(1), [&] { return asked != 0; }));
    }
    std::mutex mutex;
    std::condition_variable changed;
    int asked = 0;
    bool is_open = false;
};

// Delivers until so many answers are there.
void deliver(LedgerDesk& desk, const std::vector<std::string>& answers, std::size_t count) {
    while (answers.size() < count) {
        pollfd ready{desk.fd(), POLLIN, 0};
        REQUIRE(::poll(&ready, 1, 60'000) == 1);
        desk.deliver();
    }
}

}  // namespace

TEST_CASE("an answer is delivered by the thread that asks for it", "[ledger_desk]") {
    std::vector<std::string> answers;
    LedgerDesk desk([](const LedgerQuestion& question) { return LedgerAnswer(NoAnswer{question.text}); });
    const auto take = [&](const LedgerAnswer& answer) {
        answers.push_back(std::get<NoAnswer>(answer).sentence);
    };
    desk.ask(question_of("a"), take);
    desk.ask(question_of("b"), take);
    deliver(desk, answers, 2);
    CHECK(answers == std::vector<std::string>{"a", "b"});
}

TEST_CASE("equal questions that wait get one look-up, and a flood of others is refused", "[ledger_desk]") {
    SlowLedger ledger;
    std::vector<std::string> answers;
    LedgerDesk desk([&](const LedgerQuestion& question) { return ledger.answer(question); });
    const auto take = [&](const LedgerAnswer& answer) {
        answers.push_back(std::get<NoAnswer>(answer).sentence);
    };
    desk.ask(question_of("first"), take);
    ledger.wait_until_asked();
    for (int i = 0; i < 5; ++i) desk.ask(question_of("same"), take);
    for (std::size_t i = 1; i < LedgerDesk::kMostQuestions; ++i)
        desk.ask(question_of(std::to_string(i)), take);
    desk.ask(question_of("one too many"), take);
    deliver(desk, answers, 1);
    CHECK(answers[0].find("too many questions") != std::string::npos);
    ledger.open();
    deliver(desk, answers, 1 + 1 + 5 + LedgerDesk::kMostQuestions - 1);
    CHECK(ledger.asked <= 1 + 1 + static_cast<int>(LedgerDesk::kMostQuestions) - 1);
}

TEST_CASE("a look-up that fails is an answer", "[ledger_desk]") {
    std::vector<std::string> answers;
    LedgerDesk desk([](const LedgerQuestion&) -> LedgerAnswer { throw std::runtime_error("no memory"); });
    desk.ask(question_of("a"),
             [&](const LedgerAnswer& answer) { answers.push_back(std::get<NoAnswer>(answer).sentence); });
    deliver(desk, answers, 1);
    CHECK(answers[0] == "no memory");
}

TEST_CASE("a desk that nobody asks has no thread, and one ends while questions wait", "[ledger_desk]") {
    const LedgerDesk idle;
    SlowLedger ledger;
    {
        LedgerDesk desk([&](const LedgerQuestion& question) { return ledger.answer(question); });
        desk.ask(question_of("a"), [](const LedgerAnswer&) {});
        desk.ask(question_of("b"), [](const LedgerAnswer&) {});
        ledger.wait_until_asked();
        ledger.open();
    }
    CHECK(ledger.asked >= 1);
}
