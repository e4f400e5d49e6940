// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/schema/pg_key.hpp"

#include <string>

#include "common/base/utf8.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("an id of up to 511 bytes is its own key", "[pg_key]") {
    for (const std::string& id : {std::string("x"), std::string(511, 'x'), std::string("\xc3\xa9")}) {
        CHECK(is_own_key(id));
        CHECK(pg_key(id) == id);
    }
}

TEST_CASE("a longer id has a key of 512 bytes that is UTF-8 and its own", "[pg_key]") {
    std::string two_bytes;
    while (two_bytes.size() < 600) two_bytes += "\xc3\xa9";
    for (const std::string& id :
         {std::string(512, 'x'), std::string(16384, 'x'), two_bytes, "x" + two_bytes}) {
        const std::string key = pg_key(id);
        CHECK_FALSE(is_own_key(id));
        CHECK(key.size() == 512);
        CHECK(is_readable_utf8(key));
        CHECK(key.substr(0, 400) == id.substr(0, 400));
        CHECK(pg_key(id + "y") != key);
        CHECK(pg_key(id) == key);
    }
}
