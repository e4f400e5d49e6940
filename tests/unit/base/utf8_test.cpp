// SPDX-License-Identifier: Apache-2.0
#include "common/base/utf8.hpp"

#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

using namespace std::string_view_literals;
using pipeline::readable_utf8;

TEST_CASE("well-formed text is not copied", "[utf8]") {
    std::string buffer;
    for (const auto text : {""sv, "plain"sv, "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"sv, "line\n"sv}) {
        CHECK(readable_utf8(text, buffer).data() == text.data());
        CHECK(readable_utf8(text, buffer).size() == text.size());
    }
}

TEST_CASE("what no reader could decode is replaced byte by byte and the rest is kept", "[utf8]") {
    std::string buffer;
    CHECK(readable_utf8("M\xfcller"sv, buffer) == "M\xef\xbf\xbdller"sv);
    CHECK(readable_utf8("a\0b"sv, buffer) ==
          "a\xef\xbf\xbd"
          "b"sv);
    CHECK(readable_utf8("cut \xe2\x82"sv, buffer) == "cut \xef\xbf\xbd\xef\xbf\xbd"sv);
    CHECK(readable_utf8("\xc3\xbc\xff"sv, buffer) == "\xc3\xbc\xef\xbf\xbd"sv);
    // Overlong forms, a surrogate and what lies beyond U+10FFFF are not characters.
    for (const auto text : {"\xc0\x80"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
                            "\xf0\x80\x80\x80"sv, "\xf8\x88\x80\x80"sv}) {
        const std::string seen(readable_utf8(text, buffer));
        CHECK(seen.size() == 3 * text.size());
    }
}
