// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/conversation.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

namespace {

using TimePoint = Conversation::TimePoint;
using Overdue = Conversation::Overdue;

constexpr TimePoint kStart{1000s};

// Three requests of three bytes each, all sent.
Conversation three_sent(Conversation::Limits limits = {2s, 30s}) {
    Conversation conversation(limits);
    for (const std::size_t item : {4U, 5U, 7U}) conversation.ask(item, "ab\n");
    conversation.sent(9);
    conversation.begin_first(kStart);
    return conversation;
}

}  // namespace

TEST_CASE("a request is read once its bytes have left the pipe, with or without its newline",
          "[conversation]") {
    Conversation conversation = three_sent();
    CHECK(conversation.unsent().empty());
    CHECK(conversation.read_count() == 0);
    conversation.note_unread(9, kStart);
    CHECK(conversation.is_starting());
    conversation.note_unread(8, kStart);
    CHECK_FALSE(conversation.is_starting());
    CHECK(conversation.read_count() == 0);
    conversation.note_unread(7, kStart);
    CHECK(conversation.read_count() == 1);
    conversation.note_unread(4, kStart);
    CHECK(conversation.read_count() == 2);
    conversation.note_unread(9, kStart);  // never less again
    CHECK(conversation.read_count() == 2);
    conversation.note_unread(0, kStart);
    CHECK(conversation.read_count() == 3);
}

TEST_CASE("bytes that were not sent are not read", "[conversation]") {
    Conversation conversation({});
    conversation.ask(0, "ab\n");
    conversation.sent(1);
    CHECK(conversation.unsent() == "b\n");
    conversation.note_unread(0, kStart);
    CHECK_FALSE(conversation.has_read(0));
}

TEST_CASE("answers in the requests' order leave it ordered, others do not", "[conversation]") {
    Conversation conversation = three_sent();
    conversation.answered(0);
    CHECK_FALSE(conversation.is_unordered());
    CHECK(conversation.item(0) == 5);
    conversation.answered(1);
    CHECK(conversation.is_unordered());
    CHECK(conversation.item(0) == 5);
    CHECK(conversation.outstanding() == 1);
    CHECK(conversation.answered_count() == 2);
    CHECK(conversation.find([](std::size_t item) { return item == 5; }) == 0);
    CHECK(conversation.find([](std::size_t item) { return item == 7; }) == 1);
}

TEST_CASE("what a program that closes its input has not read is taken back", "[conversation]") {
    Conversation conversation = three_sent();
    conversation.note_unread(5, kStart);
    CHECK(conversation.close_input() == 5);
    CHECK(conversation.outstanding() == 1);
    CHECK(conversation.input_is_closed());
    CHECK(three_sent().close_input() == 4);
}

TEST_CASE("a program that starts is under the limit of starts, then under that of items", "[conversation]") {
    Conversation conversation = three_sent();
    CHECK(conversation.overdue(kStart + 29s) == Overdue::Nothing);
    CHECK(conversation.overdue(kStart + 30s) == Overdue::NeverRead);
    CHECK(conversation.time_left(kStart, 1h) < 1s);  // to see that it reads
    conversation.note_unread(0, kStart + 10s);
    CHECK(conversation.time_left(kStart + 10s, 1h) == 2s);
    CHECK(conversation.overdue(kStart + 11s) == Overdue::Nothing);
    conversation.leave_out(500ms);
    CHECK(conversation.overdue(kStart + 12s) == Overdue::Nothing);
    CHECK(conversation.overdue(kStart + 12500ms) == Overdue::RanTooLong);
    CHECK(three_sent({0s, 0s}).overdue(kStart + 24h) == Overdue::Nothing);
}

TEST_CASE("a program that has closed its output has a moment to end", "[conversation]") {
    Conversation conversation = three_sent();
    conversation.begin_failing(kStart + 5s);
    CHECK(conversation.overdue(kStart + 5s) == Overdue::Nothing);
    CHECK(conversation.overdue(kStart + 6s) == Overdue::ClosedStream);
}

TEST_CASE("silence is news once, if a request was read and nothing ever written", "[conversation]") {
    Conversation conversation = three_sent({0s, 0s});
    CHECK_FALSE(conversation.is_silence_news(kStart + 60s));  // it has read nothing
    conversation.note_unread(0, kStart + 60s);
    CHECK_FALSE(conversation.is_silence_news(kStart + 79s));
    CHECK(conversation.time_left(kStart + 79s, 1h) == 1s);
    CHECK(conversation.is_silence_news(kStart + 80s));
    CHECK_FALSE(conversation.is_silence_news(kStart + 81s));
    Conversation talker = three_sent({0s, 0s});
    talker.note_unread(0, kStart);
    talker.heard();
    CHECK_FALSE(talker.is_silence_news(kStart + 60s));
}
