// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/claim_size.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

TEST_CASE("quick invoices are claimed in growing batches, up to the most", "[claim size]") {
    ClaimSize size(256);
    CHECK(size.next() == 1);
    for (const std::size_t expected : {4U, 16U, 64U, 256U, 256U}) {
        size.measured(size.next(), size.next() * 100ns);
        CHECK(size.next() == expected);
    }
}

TEST_CASE("a claim is what fits in the budget", "[claim size]") {
    ClaimSize size(256);
    for (int i = 0; i < 50; ++i) size.measured(size.next(), size.next() * 50us);
    CHECK(size.next() == 20);
    for (int i = 0; i < 50; ++i) size.measured(size.next(), size.next() * 5ms);
    CHECK(size.next() == 1);
}

TEST_CASE("work that takes no measurable time is claimed in full batches", "[claim size]") {
    ClaimSize size(7);
    for (int i = 0; i < 5; ++i) size.measured(size.next(), 0ns);
    CHECK(size.next() == 7);
}

TEST_CASE("the clock is looked at seldom where invoices are trivial, and at each one that is not",
          "[claim size]") {
    ClaimSize size(256);
    CHECK(size.items_a_look() == 1);  // nothing is known yet
    size.measured(256, 256 * 10ns);
    CHECK(size.items_a_look() == 64);
    for (int i = 0; i < 50; ++i) size.measured(10, 10 * 1us);
    CHECK(size.items_a_look() == 10);
    for (int i = 0; i < 50; ++i) size.measured(10, 10 * 50us);
    CHECK(size.items_a_look() == 1);
}

TEST_CASE("a processor that works on several at a time gets as many, however slow they are", "[claim size]") {
    ClaimSize size(256, 16);
    CHECK(size.next() == 16);
    for (int i = 0; i < 5; ++i) size.measured(size.next(), size.next() * 1s);
    CHECK(size.next() == 16);
    CHECK(ClaimSize(8, 16).next() == 8);
}
