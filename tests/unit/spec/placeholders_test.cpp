// SPDX-License-Identifier: Apache-2.0
#include "common/spec/placeholders.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using namespace pipeline;
using pipeline::test::refusal_of_value;

namespace {

using Pieces = std::vector<ArgumentPiece>;

const std::string kAccepted =
    " is no placeholder: {} {id} {path} {attempt} {/} {//} {.} {/.} {#} {%} are accepted, and ";

std::string refusal_of(const std::string& argument) {
    return refusal_of_value([&] { return split_argument(argument); });
}

std::string refusal_of(const std::vector<std::string>& command) {
    return refusal_of_value([&] {
        check_placeholders(command);
        return 0;
    });
}

Pieces text(const std::string& all) {
    return {{Placeholder::None, all}};
}

}  // namespace

TEST_CASE("the placeholders of GNU parallel, and ours, are found anywhere in an argument", "[placeholders]") {
    CHECK(split_argument("").empty());
    CHECK(split_argument("-o{}.{attempt}") == Pieces{{Placeholder::None, "-o"},
                                                     {Placeholder::Id, "{}"},
                                                     {Placeholder::None, "."},
                                                     {Placeholder::Attempt, "{attempt}"}});
    CHECK(split_argument("{id}{path}{/}{//}{.}{/.}{#}{%}") == Pieces{{Placeholder::Id, "{id}"},
                                                                     {Placeholder::Path, "{path}"},
                                                                     {Placeholder::Name, "{/}"},
                                                                     {Placeholder::Folder, "{//}"},
                                                                     {Placeholder::Stem, "{.}"},
                                                                     {Placeholder::NameStem, "{/.}"},
                                                                     {Placeholder::Position, "{#}"},
                                                                     {Placeholder::Slot, "{%}"}});
    CHECK(split_argument("${}") == Pieces{{Placeholder::None, "$"}, {Placeholder::Id, "{}"}});
    CHECK(split_argument("{\"id\":\"{}\"}") ==
          Pieces{{Placeholder::None, "{\"id\":\""}, {Placeholder::Id, "{}"}, {Placeholder::None, "\"}"}});
}

TEST_CASE("doubled braces are single ones in the text that the program gets", "[placeholders]") {
    CHECK(split_argument("{{}}") == text("{}"));
    CHECK(split_argument("a{{id}}{{x}}{{1}}b") == text("a{id}{x}{1}b"));
    CHECK(split_argument("{{{}}}") == text("{{}}"));
    CHECK(split_argument("{{.Id}} {{json .}}") == text("{{.Id}} {{json .}}"));
}

TEST_CASE("braces that are no placeholders stay as they are", "[placeholders]") {
    const std::string argument = GENERATE(values<std::string>({"{",
                                                               "}",
                                                               "}{",
                                                               "{ }",
                                                               "{\"a\":{\"b\":1}}",
                                                               "{print}",
                                                               "{print $1}",
                                                               "/x/{next}",
                                                               "{a,b}.txt",
                                                               "x{,.bak}",
                                                               "{1..9}",
                                                               "{a..z}",
                                                               "x=${y}",
                                                               "${id}",
                                                               "${#}",
                                                               "${1}",
                                                               "$1",
                                                               "%{http_code}",
                                                               "HEAD@{1}",
                                                               "[0-9]{4}",
                                                               "(ab){2}",
                                                               "\\d{4}",
                                                               "a{2,3}",
                                                               "$ENV{INVOICE_ID}",
                                                               "$hash->{key}",
                                                               "\\section{x}",
                                                               "{é}",
                                                               "{a b}",
                                                               "{p;q}",
                                                               "{:.2f}"}));
    CAPTURE(argument);
    CHECK(split_argument(argument) == text(argument));
}

TEST_CASE("what looks like a placeholder and is none is refused", "[placeholders]") {
    const std::string braces =
        GENERATE(values<std::string>({"{x}", "{name}", "{ID}", "{file_name}", "{1}", "{-1}", "{2/.}", "{+}",
                                      "{+/}", "{..}", "{##}", "{0#}"}));
    CAPTURE(braces);
    CHECK(refusal_of("out/" + braces + ".png") ==
          braces + kAccepted + "{" + braces + "} for the text " + braces);
    CHECK(refusal_of(braces) == refusal_of("out/" + braces + ".png"));
    CHECK(refusal_of({"show", "{}", braces}) == refusal_of(braces));
    CHECK(refusal_of({"./a" + braces, "{}"}) == "accepted");
}

TEST_CASE("an id does not become part of a text that a shell reads", "[placeholders]") {
    const std::string advice =
        "a shell reads the text with {} and would act on what is in the id: {} is accepted behind the text, "
        "which has "
        "it as \"$1\", as in sh -c 'echo \"$1\"' sh {}";
    using Command = std::vector<std::string>;
    const auto command = GENERATE(values<Command>({{"sh", "-c", "rm {}"},
                                                   {"/bin/bash", "-lc", "rm {}"},
                                                   {"dash", "-ec", "rm {}", "x"},
                                                   {"bash", "--norc", "-o", "pipefail", "-c", "rm {}"},
                                                   {"env", "A=1", "sh", "-c", "rm {}"},
                                                   {"nice", "-n", "5", "timeout", "9", "sh", "-c", "{}"},
                                                   {"sh", "-e", "-c", "rm '{}'"},
                                                   {"rbash", "-c", "rm {}"},
                                                   {"strace", "-f", "sh", "-c", "rm {}"},
                                                   {"xargs", "sh", "-c", "rm {}"},
                                                   {"find", ".", "-exec", "sh", "-c", "rm {}", ";"},
                                                   {"su", "you", "-c", "rm {}"},
                                                   {"runuser", "-u", "you", "-c", "rm {}"},
                                                   {"flock", "lock", "-c", "rm {}"}}));
    CAPTURE(command);
    CHECK(refusal_of(command) == advice);
    CHECK(refusal_of({"sh", "-c", "rm {path}"}).starts_with("a shell reads the text with {path} and"));
    CHECK(refusal_of({"sh", "-c", "rm {/.}"}).starts_with("a shell reads the text with {/.} and"));
}

TEST_CASE("a shell may have numbers in its text, and ids behind it", "[placeholders]") {
    using Command = std::vector<std::string>;
    const auto command = GENERATE(values<Command>({{"sh", "-c", "x=${y}; rm \"$1\"", "sh", "{}"},
                                                   {"sh", "-c", "echo {attempt} {#} {%} {{}}", "sh"},
                                                   {"sh", "{}"},
                                                   {"sh", "./script", "-c", "{}"},
                                                   {"grep", "sh", "-c", "{}"},
                                                   {"find", "{}", "-exec", "grep", "-l", "x", "{{}}", "+"},
                                                   {"awk", "{print}", "{}"},
                                                   {}}));
    CAPTURE(command);
    CHECK(refusal_of(command) == "accepted");
}
