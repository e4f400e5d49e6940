// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/ledger_id.hpp"

#include <algorithm>
#include <string>

#include "common/base/printable.hpp"
#include "common/core/item.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("an id of printable ASCII without a backslash is plain, wherever another byte stands",
          "[ledger_id]") {
    for (std::size_t length = 1; length <= 20; ++length) {
        CHECK(is_plain_id(std::string(length, ' ')));
        CHECK(is_plain_id(std::string(length, '~')));
        for (std::size_t at = 0; at < length; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string id(length, '[');
                id[at] = static_cast<char>(byte);
                const bool is_plain = byte >= 0x20 && byte < 0x7f && byte != '\\';
                if (is_plain_id(id) != is_plain) FAIL("byte " << byte << " at " << at << " of " << length);
            }
        }
    }
    CHECK(is_plain_id(""));
}

TEST_CASE("a plain id is shown as it is, and has no former form", "[ledger_id]") {
    for (const auto* id : {"a", "INV-2026/0001.xml", "it's", "100 %~"}) {
        CHECK(printable(id) == id);
        CHECK(former_ids(id, 1).empty());
    }
    // Nor has one that is not ASCII, or has a backslash, but is shown as it is.
    CHECK(former_ids("caf\u00e9", 1).empty());
    CHECK(former_ids("a\\b", 1).empty());
}

TEST_CASE("the forms in which version 0.1.0 stored an id are known", "[ledger_id]") {
    const auto latin = former_ids("caf\xe9", 1);
    REQUIRE(latin.size() == 1);
    CHECK(latin[0].text == "caf\xe9");
    CHECK(latin[0].is_certain);
    // This text may be the form of an id with a TAB, too.
    const auto escape = former_ids("a\\x09", 1);
    REQUIRE(escape.size() == 1);
    CHECK(escape[0].text == "a\\x09");
    CHECK_FALSE(escape[0].is_certain);
    const auto tab = former_ids("a\tb", 1);
    REQUIRE(tab.size() == 1);
    CHECK(tab[0].text.starts_with("a_b~"));
    CHECK_FALSE(tab[0].is_certain);
    const auto first = former_ids("a", 0);
    REQUIRE(first.size() == 1);
    CHECK(first[0].text ==
          "\xef\xbb\xbf"
          "a");
    CHECK_FALSE(first[0].is_certain);
}
