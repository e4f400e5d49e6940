// SPDX-License-Identifier: Apache-2.0
#include "common/spec/address/nats_address.hpp"

#include <string>
#include <vector>

#include "common/spec/source_spec.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using pipeline::parse_nats_address;
using pipeline::parse_source;
using pipeline::test::refusal_of_value;

TEST_CASE("the address of a NATS source has hosts, a stream and a consumer", "[nats]") {
    const auto address = parse_nats_address("//n1.example:4223,10.0.0.2,[fe80::1]:7,[::1]/ORDERS/book_2");
    CHECK(address.servers ==
          std::vector<std::string>{"n1.example:4223", "10.0.0.2:4222", "[fe80::1]:7", "[::1]:4222"});
    CHECK(address.stream == "ORDERS");
    CHECK(address.consumer == "book_2");
    CHECK(address.name() == "ORDERS/book_2");
    CHECK(parse_nats_address(address.text()).text() == address.text());
}

TEST_CASE("the name of a NATS source in the ledger does not depend on its hosts", "[nats]") {
    CHECK(parse_source("nats://a,b/S/c").name() == "nats:S/c");
    CHECK(parse_source("nats://b:4222,a/S/c").name() == "nats:S/c");
    CHECK(parse_source("nats://a/S/c").shown() == "nats://a:4222/S/c");
    CHECK(pipeline::source_traits_of("nats:S/c") == &parse_source("nats://a/S/c").traits());
}

TEST_CASE("an address of NATS that cannot be one is refused", "[nats]") {
    const auto* text = GENERATE("", "/", "//", "//a", "//a/S", "//a//c", "//a/S/", "///S/c", "//a,/S/c",
                                "//,a/S/c", "//a:/S/c", "//a:0/S/c", "//a:65536/S/c", "//a:x/S/c",
                                "//a:42 /S/c", "//a b/S/c", "//::1/S/c", "//[]/S/c", "//[::1/S/c",
                                "//[::1]x/S/c", "//a/S.T/c", "//a/S/c/d", "//a/S/*", "//a/>/c", "//a/S/c d",
                                "//a/S/c?x", "//a/$S/c", "a/S/c", "//a?x=1/S/c", "//a#b/S/c", "//\x01/S/c");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_nats_address(text), std::invalid_argument);
}

TEST_CASE("an address of NATS with a user or a token is refused, and told to nobody", "[nats]") {
    const auto* text = GENERATE("nats://user:geheim42@a/S/c", "nats://geheim42@a/S/c",
                                "nats://a,geheim42@b/S/c", "nats://a/S/geheim42@c");
    CAPTURE(text);
    const auto refusal = refusal_of_value([&] { return parse_source(text); });
    CHECK(refusal.find("no user, password or token is accepted") != std::string::npos);
    CHECK(refusal.find("NATS_CREDS") != std::string::npos);
    CHECK(refusal.find("geheim42") == std::string::npos);
}
