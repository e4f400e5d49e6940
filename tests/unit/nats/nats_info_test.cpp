// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_info.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

namespace {

const NatsAddress kAddress{{"a:4222"}, "ORDERS", "book"};

// As nats-server 2.9 answers, shortened.
std::string consumer_answer(const std::string& config) {
    return R"({"type":"io.nats.jetstream.api.v1.consumer_info_response","stream_name":"ORDERS","name":"book",)"
           R"("created":"2026-11-28T15:48:11Z","config":{)" +
           config + R"(},"num_ack_pending":7,"num_redelivered":1,"num_waiting":0,"num_pending":1200})";
}

ConsumerInfo good_consumer() {
    ConsumerInfo info;
    info.acknowledgement = "explicit";
    info.max_deliver = -1;
    info.ack_wait = 30s;
    return info;
}

std::string refusal(const ConsumerInfo& info) {
    const auto failure = why_unfit(kAddress, info);
    if (!failure) return "";
    CHECK(failure->status() == ExitStatus::Configuration);
    return failure->what();
}

}  // namespace

TEST_CASE("what a server says of a consumer is read", "[nats]") {
    const auto answer = read_consumer_info(consumer_answer(
        R"("durable_name":"book","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,)"
        R"("max_ack_pending":1000,"max_waiting":512,"max_batch":50,"max_bytes":4096,"max_expires":1000000000)"));
    REQUIRE(answer.info);
    CHECK(answer.info->acknowledgement == "explicit");
    CHECK_FALSE(answer.info->is_pushed);
    CHECK(answer.info->max_deliver == -1);
    CHECK(answer.info->ack_wait == 30s);
    CHECK(answer.info->max_ack_pending == 1000);
    CHECK(answer.info->max_batch == 50);
    CHECK(answer.info->max_bytes == 4096);
    CHECK(answer.info->max_expires == 1s);
    CHECK(answer.info->pending == 1200);
    CHECK(answer.info->unacknowledged == 7);
    CHECK_FALSE(why_unfit(kAddress, *answer.info));
}

TEST_CASE("the shortest step of a backoff counts as ack_wait", "[nats]") {
    const auto answer = read_consumer_info(consumer_answer(
        R"("ack_policy":"explicit","ack_wait":30000000000,"backoff":[10000000000,2000000000,60000000000])"));
    REQUIRE(answer.info);
    CHECK(answer.info->ack_wait == 2s);
}

TEST_CASE("what a server says of a stream is read", "[nats]") {
    const auto answer = read_stream_info(R"({"config":{"name":"ORDERS","storage":"memory","num_replicas":3},)"
                                         R"("created":"2026-11-28T15:48:10.7Z","state":{"messages":3}})");
    REQUIRE(answer.info);
    CHECK(answer.info->created == "2026-11-28T15:48:10.7Z");
    CHECK(answer.info->is_in_memory);
    CHECK(answer.info->replicas == 3);
}

TEST_CASE("an error of the server is told, and a missing consumer is told apart", "[nats]") {
    const auto missing =
        read_consumer_info(R"({"error":{"code":404,"err_code":10014,"description":"consumer not found"}})");
    CHECK_FALSE(missing.info);
    CHECK(missing.is_missing);
    CHECK(missing.problem == "consumer not found");
    const auto failure = missing_in_server(kAddress, missing.problem);
    CHECK(failure.status() == ExitStatus::NoInput);
    CHECK(std::string(failure.what()).find("nats consumer add ORDERS book --pull --ack explicit") !=
          std::string::npos);
    const auto other =
        read_stream_info("{\"error\":{\"code\":503,\"description\":\"JetStream not \\u001b[enabled\"}}");
    CHECK_FALSE(other.is_missing);
    CHECK(other.problem == "JetStream not \\x1b[enabled");
}

TEST_CASE("an answer that is no answer is a problem and nothing worse", "[nats]") {
    const std::string text =
        GENERATE("", "null", "[]", "{", "{}", "3", R"({"config":3})", R"({"config":null})", R"({"error":{}})",
                 R"({"error":{"code":"x","description":5}})");
    CAPTURE(text);
    CHECK_FALSE(read_consumer_info(text).info);
    CHECK_FALSE(read_consumer_info(text).problem.empty());
    CHECK_FALSE(read_stream_info(text).info);
}

TEST_CASE("members of another type count as missing", "[nats]") {
    const auto answer = read_consumer_info(
        R"({"config":{"ack_policy":5,"max_deliver":"-1","ack_wait":-3,"backoff":{"a":1},"headers_only":1},)"
        R"("num_pending":-4,"num_ack_pending":1e300})");
    REQUIRE(answer.info);
    CHECK(answer.info->acknowledgement.empty());
    CHECK(answer.info->pending == 0);
    CHECK(answer.info->unacknowledged == 0);
}

TEST_CASE("a consumer with which messages would be lost is refused with the command that helps", "[nats]") {
    CHECK(refusal(good_consumer()).empty());
    auto none = good_consumer();
    none.acknowledgement = "none";
    CHECK(refusal(none).find("acknowledgement policy 'none'") != std::string::npos);
    CHECK(refusal(none).find("nats consumer add ORDERS book --pull --ack explicit --max-deliver=-1") !=
          std::string::npos);
    auto all = good_consumer();
    all.acknowledgement = "all";
    CHECK(refusal(all).find("'all'") != std::string::npos);
    auto limited = good_consumer();
    limited.max_deliver = 5;
    CHECK(refusal(limited).find("delivers a message 5 times at most") != std::string::npos);
    CHECK(refusal(limited).find("nats consumer edit ORDERS book --max-deliver=-1") != std::string::npos);
    auto pushed = good_consumer();
    pushed.is_pushed = true;
    CHECK(refusal(pushed).find("is a push consumer") != std::string::npos);
}

TEST_CASE("a stream with one replica or in memory, and a short ack_wait, are warned of", "[nats]") {
    StreamInfo stream;
    stream.replicas = 3;
    CHECK(concerns_of(kAddress, stream, good_consumer()).empty());
    stream.replicas = 1;
    REQUIRE(concerns_of(kAddress, stream, good_consumer()).size() == 1);
    CHECK(concerns_of(kAddress, stream, good_consumer())[0].find("one replica") != std::string::npos);
    stream.is_in_memory = true;
    auto consumer = good_consumer();
    consumer.ack_wait = 2s;
    consumer.is_headers_only = true;
    const auto all = concerns_of(kAddress, stream, consumer);
    REQUIRE(all.size() == 4);
    CHECK(all[0].find("memory") != std::string::npos);
    CHECK(all[2].find("again after 2 s") != std::string::npos);
    CHECK(all[3].find("headers only") != std::string::npos);
}
