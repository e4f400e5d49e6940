// SPDX-License-Identifier: Apache-2.0
#include "common/spec/words.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using pipeline::join_words;
using pipeline::split_words;
using Words = std::vector<std::string>;

namespace {

std::string refusal_of_words(const std::string& text) {
    return pipeline::test::refusal_of_value([&] { return split_words(text); });
}

}  // namespace

TEST_CASE("a command is split as sh(1) splits it", "[words]") {
    CHECK(split_words("convert -resize 10x {} out/{}.png") ==
          Words{"convert", "-resize", "10x", "{}", "out/{}.png"});
    CHECK(split_words("  a \t b\n") == Words{"a", "b"});
    CHECK(split_words("") == Words{});
    CHECK(split_words("'a b'c\"d e\"") == Words{"a bcd e"});
    CHECK(split_words("'' \"\" x") == Words{"", "", "x"});
    CHECK(split_words(R"(a\ b \'c\\)") == Words{"a b", R"('c\)"});
    CHECK(split_words(R"("\"\\\$\`\n")") == Words{R"("\$`\n)"});
    CHECK(split_words(R"('\n$x|')") == Words{R"(\n$x|)"});
    CHECK(split_words("\"a | $b\"") == Words{"a | $b"});
    CHECK(split_words("~/x #y [z] !") == Words{"~/x", "#y", "[z]", "!"});
}

TEST_CASE("what only a shell could do is refused unless it is quoted", "[words]") {
    for (const char c : std::string("|&;<>()$`*?")) {
        CHECK(refusal_of_words(std::string("a ") + c) ==
              std::string("no shell reads it: ") + c +
                  " is accepted in quotes, or a command of the form sh -c '...'");
        CHECK(split_words(std::string("a '") + c + "'") == Words{"a", std::string(1, c)});
        CHECK(split_words(std::string("a \\") + c) == Words{"a", std::string(1, c)});
    }
    CHECK(refusal_of_words("a 'b") == "a second ' is accepted after the first");
    CHECK(refusal_of_words("a \"b") == "a second \" is accepted after the first");
    CHECK(refusal_of_words("a \"b\\\"") == "a second \" is accepted after the first");
    CHECK(refusal_of_words("a\\") == "a character after the last \\ is accepted");
    CHECK(refusal_of_words(std::string("a\0b", 3)) == "a command without NUL is accepted");
}

TEST_CASE("joined words are split into the same again", "[words]") {
    const Words words{"sh", "-c", "echo \"$1\" 'x' | wc", "", "it's", "a\nb", "\\", "{}", "{path}", "--x=y"};
    CHECK(split_words(join_words(words)) == words);
    CHECK(join_words({"convert", "{}", "a b"}) == "convert {} 'a b'");
}
