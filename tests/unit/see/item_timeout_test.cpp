// SPDX-License-Identifier: Apache-2.0
#include "observer/see/item_timeout.hpp"

#include <unistd.h>

#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::string_literals;

TEST_CASE("a consumer's command line says how long an invoice may be in work", "[item_timeout]") {
    CHECK(item_timeout_in("consumer\0--item-timeout=45s\0--name=x\0"s) == 45.0);
    CHECK(item_timeout_in("consumer\0--item-timeout=1500ms"s) == 1.5);
    for (const std::string& none : {""s, "consumer\0"s, "consumer\0--item-timeout=0\0"s,
                                    "a\0--item-timeout=soon\0"s, "a\0--item-timeout=\0"s,
                                    "--item-timeout\0"
                                    "45s\0"s})
        CHECK_FALSE(item_timeout_in(none));
    CHECK_FALSE(item_timeout_of(static_cast<std::uint32_t>(::getpid())));
    CHECK_FALSE(item_timeout_of(0));
}
