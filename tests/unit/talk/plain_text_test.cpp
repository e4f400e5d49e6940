// SPDX-License-Identifier: Apache-2.0
#include "clerk/talk/plain_text.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("a text is cut between characters", "[plain_text]") {
    CHECK(characters_in("M\xc3\xbcller") == 6);
    CHECK(cut_to("M\xc3\xbcller", 6) == "M\xc3\xbcller");
    CHECK(cut_to("M\xc3\xbcller", 5) == "M\xc3\xbc...");
    CHECK(cut_to("abc", 2) == "..");
    CHECK(cut_to("abc", 0).empty());
}

TEST_CASE("a table's columns are as wide as their fields, and its last one is cut", "[plain_text]") {
    CHECK(table_text({{"ID", "REASON"}, {"a", ""}, {"b\xc3\xb6se", "why"}}, 60, 0) ==
          "ID    REASON\na\nb\xc3\xb6se  why\n");
    CHECK(table_text({{"ID", "REASON"}, {"a", "a long reason of it"}}, 60, 20) ==
          "ID  REASON\na   a long reason...\n");
    // A field that is too wide moves the rest of its line only.
    CHECK(table_text({{"ID", "X", "R"}, {"abcdef", "1", "r"}, {"a", "2", "r"}}, 3, 0) ==
          "ID   X  R\nabcdef  1  r\na    2  r\n");
    // A terminal that is too narrow breaks the line.
    CHECK(table_text({{"abcdef", "0123456789x"}}, 60, 5) == "abcdef  0123456...\n");
    CHECK(table_text({}, 60, 80).empty());
}
