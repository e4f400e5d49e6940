// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_subjects.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

const NatsAddress kAddress{{"a:4222"}, "ORDERS", "book"};

}  // namespace

TEST_CASE("the reply subject of a message tells its sequence, in both forms", "[nats]") {
    const auto* subject = GENERATE("$JS.ACK.ORDERS.book.3.17.42.1795881290781262557.1200",
                                   "$JS.ACK.hub.AbCdEf.ORDERS.book.3.17.42.1795881290781262557.1200",
                                   "$JS.ACK._.AbCdEf.ORDERS.book.3.17.42.1795881290781262557.1200.x7");
    CAPTURE(subject);
    const auto delivery = read_ack_subject(subject);
    REQUIRE(delivery);
    CHECK(delivery->deliveries == 3);
    CHECK(delivery->sequence == 17);
    CHECK(delivery->stored_ns == 1795881290781262557U);
    CHECK(delivery->pending == 1200);
}

TEST_CASE("other subjects are no reply subjects of messages", "[nats]") {
    const auto* subject = GENERATE(
        "", "$JS.ACK", "_INBOX.x.1", "$JS.ACK.S.c.1.17.42.9", "$JS.ACK.S.c.1.17.42.9.8.7",
        "$JS.ACK.S.c.0.17.42.9.8", "$JS.ACK.S.c.1.0.42.9.8", "$JS.ACK.S.c.1.-1.42.9.8",
        "$JS.ACK.S.c.1.9223372036854775808.42.9.8", "$JS.ACK.S.c.1.17x.42.9.8", "$JS.ACK.S.c.1..42.9.8",
        "$JS.NAK.S.c.1.17.42.9.8", "$JS.ACK.S.c.1.99999999999999999999.42.9.8",
        "$JS.ACK.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.x");
    CAPTURE(subject);
    CHECK_FALSE(read_ack_subject(subject));
}

TEST_CASE("the largest sequence that is a position is read", "[nats]") {
    CHECK(read_ack_subject("$JS.ACK.S.c.1.9223372036854775807.42.9.8")->sequence == 9223372036854775807U);
}

TEST_CASE("a message is acknowledged by its sequence alone", "[nats]") {
    const auto subject = ack_subject(kAddress, 17);
    CHECK(subject == "$JS.ACK.ORDERS.book.1.17.0.0.0");
    CHECK(read_ack_subject(subject)->sequence == 17);
    CHECK(pull_subject(kAddress) == "$JS.API.CONSUMER.MSG.NEXT.ORDERS.book");
    CHECK(stream_info_subject(kAddress) == "$JS.API.STREAM.INFO.ORDERS");
    CHECK(consumer_info_subject(kAddress) == "$JS.API.CONSUMER.INFO.ORDERS.book");
}

TEST_CASE("a request has the limits that it was given, and no others", "[nats]") {
    using namespace std::chrono_literals;
    CHECK(text_of(PullRequest{5, 30s, 2s, 100}) ==
          R"({"batch":5,"expires":30000000000,"idle_heartbeat":2000000000,"max_bytes":100})");
    CHECK(text_of(PullRequest{1, 1s, 0s, 0}) == R"({"batch":1,"expires":1000000000})");
}

TEST_CASE("a message without an id gets one of sequence and time, which no other message has", "[nats]") {
    CHECK(usual_id(kAddress, {17, 1, 1795881290081262557U, 0}) == "ORDERS/17@20261128T155450.081262557Z");
    CHECK(usual_id(kAddress, {17, 9, 1795881290081262557U, 3}) == "ORDERS/17@20261128T155450.081262557Z");
    CHECK(usual_id(kAddress, {17, 1, 1795881290081262558U, 0}) !=
          usual_id(kAddress, {17, 1, 1795881290081262557U, 0}));
    CHECK(usual_id(kAddress, {17, 1, 0, 0}) == "ORDERS/17");
}
