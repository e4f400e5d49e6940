// SPDX-License-Identifier: Apache-2.0
#include "common/printable.hpp"

#include <string>
#include <string_view>

#include "tests/catch.hpp"

using namespace std::string_view_literals;
using pipeline::printable;

TEST_CASE("text that can be shown is shown as it is", "[printable]") {
    for (const auto text : {""sv, "a b~"sv, "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"sv, "\xc2\xa0"sv})
        CHECK(printable(text) == text);
}

TEST_CASE("no control character reaches a terminal", "[printable]") {
    CHECK(printable("a\0\n\x1b[2J\x7f"sv) == R"(a\x00\x0a\x1b[2J\x7f)");
    for (int byte = 0x80; byte < 0xa0; ++byte) {
        const auto raw = static_cast<char>(byte);
        // As a character, which a terminal with UTF-8 obeys, and as a byte, which another one does.
        for (const std::string& text : {std::string("\xc2") + raw, std::string(1, raw)}) {
            const std::string shown = printable(text);
            CHECK(shown.find(raw) == std::string::npos);
            CHECK(shown.size() == 4 * text.size());
        }
    }
    CHECK(printable("\xc2\x9b\x32J"sv) == R"(\xc2\x9b2J)");
}

TEST_CASE("bytes that are no characters are shown one by one", "[printable]") {
    CHECK(printable("M\xfcller"sv) == R"(M\xfcller)");
    CHECK(printable("cut \xe2\x82"sv) == R"(cut \xe2\x82)");
    CHECK(printable("\xe9\xc3\xa9"sv) == "\\xe9\xc3\xa9");
}
