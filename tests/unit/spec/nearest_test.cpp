// SPDX-License-Identifier: Apache-2.0
#include "common/spec/nearest.hpp"

#include "tests/support/catch.hpp"

using pipeline::nearest;

TEST_CASE("a misspelt word is told from the words that there are", "[nearest]") {
    const std::vector<std::string> words{"deep", "help", "source", "consumers"};
    CHECK(nearest("hlep", words) == "help");
    CHECK(nearest("halp", words) == "help");
    CHECK(nearest("hel", words) == "help");
    CHECK(nearest("HELP", words) == "help");
    CHECK(nearest("help", words) == "help");
    CHECK(nearest("helpp", words) == "help");
    CHECK(nearest("cons", words) == "consumers");
    CHECK(nearest("sorce", words) == "source");
    CHECK(nearest("suorec", words) == "source");
}

TEST_CASE("a word that is far from all or too short for a guess gets none", "[nearest]") {
    const std::vector<std::string> words{"deep", "help", "source"};
    CHECK(nearest("held up", words).empty());
    CHECK(nearest("hxxp", words).empty());
    CHECK(nearest("h", words).empty());
    CHECK(nearest("", words).empty());
    CHECK(nearest(std::string(65, 'h'), words).empty());
    CHECK(nearest("help", {}).empty());
}
