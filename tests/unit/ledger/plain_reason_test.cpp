// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/plain_reason.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("rules are counted without the figures of each invoice", "[plain_reason]") {
    CHECK(without_figures("BR-CO-13 BR-CO-16: due 1.00, expected 2.00") == "BR-CO-13 BR-CO-16");
    CHECK(without_figures("BR-CO-13") == "BR-CO-13");
    CHECK(without_figures("open a.xml: No such file") == "open a.xml: No such file");
}

TEST_CASE("reasons that differ only in the invoice's id are the same", "[plain_reason]") {
    CHECK(without_id("open a.xml: No such file", "a.xml") == "open {}: No such file");
    CHECK(without_id("cannot create out/photos/I_1.raw.png: no", "photos/I_1.raw") ==
          "cannot create out/{}.png: no");
    CHECK(without_id("I_1.raw: empty input, I_1.raw", "photos/I_1.raw") == "{/}: empty input, {/}");
    CHECK(without_id("the seller of INV-17 is unknown", "in/INV-17.xml") == "the seller of {/.} is unknown");
    CHECK(without_id("INV-17.xml: no INV-17", "INV-17.xml") == "{}: no {/.}");
    CHECK(without_id("INV-17 and INV-170 and xINV-17", "INV-17") == "{} and INV-170 and xINV-17");
    CHECK(without_id("aba-aba-aba", "aba-aba") == "{}-aba");
    // A number or a word may stand for something else.
    CHECK(without_id("the net is wrong", "wrong") == "the net is wrong");
    CHECK(without_id("exit status 255", "255") == "exit status 255");
    CHECK(without_id("1234: exit status 1234", "1234") == "1234: exit status 1234");
    CHECK(without_id("no such file", "no") == "no such file");
    CHECK(without_id("", "a.xml").empty());
    CHECK(without_id("nothing", "") == "nothing");
}
