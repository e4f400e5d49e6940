// SPDX-License-Identifier: Apache-2.0
#include "common/text/clean_text.hpp"

#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::string_view_literals;

namespace {

std::string cleaned(std::string_view text) {
    std::string clean;
    clean_text(text, clean);
    return clean;
}

}  // namespace

TEST_CASE("a run of blanks and of characters that command is one blank, and none outside", "[clean_text]") {
    CHECK(cleaned("  a\t\r\n b\x7f\x1b[2J\0c  "sv) == "a b [2J c");
    CHECK(cleaned("\xc2\x9b\x33\x31m \xc2\x85 x"sv) == "31m x");
    CHECK(cleaned("a\xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa6z\xd8\x9c"sv) == "a z");
    CHECK(cleaned("M\xc3\xbcller \xe2\x82\xac"sv) == "M\xc3\xbcller \xe2\x82\xac");
    // Joiners are part of how some names are written.
    CHECK(cleaned("\xe2\x80\x8c"sv) == "\xe2\x80\x8c");
}

TEST_CASE("text that is no UTF-8 has a question mark for each byte beyond ASCII", "[clean_text]") {
    CHECK(cleaned("a\xff \xe2\x80\xae\x9b"sv) == "a? ????");
    CHECK(quoted("M\xfcller") == "\"M?ller\"");
}
