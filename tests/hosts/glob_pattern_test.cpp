// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/glob_pattern.hpp"

#include <random>
#include <string>
#include <string_view>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("GlobPattern: a pattern becomes an expression for the whole text", "[glob_pattern]") {
    CHECK(regex_of_glob("") == "^$");
    CHECK(regex_of_glob("exit status *") == "^exit status .*$");
    CHECK(regex_of_glob("a?c") == "^a.c$");
    CHECK(regex_of_glob("***x") == "^.*x$");
    CHECK(regex_of_glob("(a|b).+$") == R"(^\(a\|b\)\.\+\$$)");
    CHECK(regex_of_glob("\\d") == R"(^\\d$)");
    CHECK(regex_of_glob("[*]") == R"(^[\*]$)");
    CHECK(regex_of_glob("[a-c]") == R"(^[aa-c]$)");
    CHECK(regex_of_glob("[^]-]") == R"(^[^\]\-]$)");
    CHECK(regex_of_glob("[z-a]") == "^[z]$");
    CHECK(regex_of_glob("[\xc3\xa4-\xc3\xb6]") == "^[\xc3\xa4\xc3\xa4-\xc3\xb6]$");
    CHECK_FALSE(regex_of_glob("[ab"));
    CHECK_FALSE(regex_of_glob("*[]"));
    CHECK_FALSE(regex_of_glob("a\xff"));
}

// The same patterns and texts for SQLite's GLOB and PostgreSQL's expressions.
TEST_CASE("GlobPattern: PostgreSQL matches what SQLite matches", "[glob_pattern]") {
    if (postgres_server() == nullptr) return;
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const TemporaryFolder folder;
    SqliteConnection sqlite(folder / "glob.db", true, std::chrono::seconds(5));
    SqliteStatement glob(sqlite, "SELECT ?1 GLOB ?2");
    PgConnection postgres(postgres_server()->url());
    constexpr std::string_view kPieces[] = {"a",
                                            "b",
                                            "B",
                                            "z",
                                            "-",
                                            "]",
                                            "[",
                                            "^",
                                            "*",
                                            "?",
                                            "[",
                                            "]",
                                            "\\",
                                            ".",
                                            "$",
                                            "\xc3\xa4",
                                            "\xe2\x82\xac",
                                            "(",
                                            "\n",
                                            "1"};
    const auto text_of = [&](std::size_t most) {
        std::string text;
        for (std::size_t length = random() % most; length != 0; --length)
            text += kPieces[random() % std::size(kPieces)];
        return text;
    };
    std::uint64_t matches = 0;
    for (std::uint64_t i = 0; i < scaled(4000); ++i) {
        const std::string pattern = text_of(9);
        const std::string text = text_of(5);
        glob.bind(1, text);
        glob.bind(2, pattern);
        REQUIRE(glob.first_row());
        const bool is_expected = glob.integer(0) != 0;
        glob.finish();
        const auto regex = regex_of_glob(pattern);
        const bool is_found =
            regex && postgres
                         .run("SELECT ($1 COLLATE \"C\") ~ $2",
                              PgParameters().add(std::string_view(text)).add(std::string_view(*regex)))
                         .boolean(0, 0);
        matches += is_expected ? 1 : 0;
        if (is_found == is_expected) continue;
        CAPTURE(pattern, text, regex.value_or("none"), is_expected);
        FAIL_CHECK("they differ");
    }
    CHECK(matches > 0);
}
