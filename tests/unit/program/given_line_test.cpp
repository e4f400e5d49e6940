// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/program/given_line.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

GivenLine read(std::string_view text) {
    return read_given_line({text, text.size(), 0});
}

std::string problem_of(std::string_view text) {
    const GivenLine line = read(text);
    CHECK(line.kind == GivenLine::Kind::Wrong);
    return line.problem;
}

// All lines that come of the text, given in pieces; cut ones as "BEGINNING/LENGTH".
std::vector<std::string> lines_of(std::string_view text, std::size_t piece, std::uint64_t longest) {
    ProgramLines lines(longest);
    std::vector<std::string> found;
    const auto keep = [&](const ProgramLines::Line& line) {
        found.push_back(line.is_cut()
                            ? std::string(line.text.substr(0, 3)) + "/" + std::to_string(line.length)
                            : std::string(line.text));
    };
    while (!text.empty()) {
        const auto room = lines.room();
        const std::size_t count = std::min({piece, text.size(), room.size()});
        text.copy(room.data(), count);
        lines.filled(count);
        text.remove_prefix(count);
        while (const auto line = lines.next()) keep(*line);
    }
    if (const auto rest = lines.take_rest()) keep(*rest);
    return found;
}

}  // namespace

TEST_CASE("a line of a source's program is a position, a TAB and an id", "[exec_source]") {
    const auto line = read("17\tinvoice 4\tof 5");
    CHECK(line.kind == GivenLine::Kind::Invoice);
    CHECK(line.position == 17);
    CHECK(line.id == "invoice 4\tof 5");
    CHECK_FALSE(line.body);
    CHECK(read("0\ta\r").id == "a");
    CHECK(read("9223372036854775807\ta").position == GivenLine::kLastPosition);
    CHECK(read("007\ta").position == 7);
    CHECK(read("5\t").kind == GivenLine::Kind::Invoice);
    CHECK(read("5\t").id.empty());
    CHECK(read("").kind == GivenLine::Kind::Nothing);
    CHECK(read("\r").kind == GivenLine::Kind::Nothing);
}

TEST_CASE("a line that is not of the protocol is named with what is wrong", "[exec_source]") {
    CHECK(problem_of("hello world") == "it has no TAB: \"hello world\"");
    const std::string position =
        "a position is a whole number from 0 to 9223372036854775807: it begins with ";
    CHECK(problem_of("9223372036854775808\ta") == position + "\"9223372036854775808\"");
    CHECK(problem_of("99999999999999999999\ta") == position + "\"99999999999999999999\"");
    for (const auto* text : {"-1\ta", "+1\ta", "1.5\ta", " 1\ta", "1 \ta", "0x1\ta", "\ta", "a\t1"}) {
        CAPTURE(text);
        CHECK(problem_of(text).starts_with(position));
    }
    CHECK(problem_of(" ").starts_with("it has no TAB"));
    CHECK(problem_of(std::string(500, 'x')).size() < 200);
    CHECK(problem_of("a\x1b[31m\xff").find('\x1b') == std::string::npos);
}

TEST_CASE("a JSON object gives an invoice with a body", "[exec_source]") {
    const auto line = read(R"( {"id":"a\tb","position":3,"body":"<x>\u0000\n</x>","more":{"position":9}})");
    CHECK(line.kind == GivenLine::Kind::Invoice);
    CHECK(line.position == 3);
    CHECK(line.id == "a\tb");
    CHECK(line.body == std::string("<x>\0\n</x>", 9));
    CHECK(line.unknown_key == "\"more\"");
    CHECK(read(R"({"position":"9223372036854775807","id":"a"})").position == GivenLine::kLastPosition);
    CHECK_FALSE(read(R"({"position":1,"id":"a"})").body);
    CHECK(read(R"({"position":1,"id":"a","body":""})").body == "");
    CHECK(read(R"({"position":1,"id":"a","body_base64":"AP8="})").body == std::string("\0\xff", 2));
    CHECK(read(R"({"position":1,"id_base64":"YQ==","body_base64":""})").id == "a");
}

TEST_CASE("JSON that gives no invoice is refused", "[exec_source]") {
    CHECK(problem_of("{").starts_with("JSON that is malformed at byte "));
    CHECK(problem_of("{\"position\":1,\"id\":\"\xff\"}").starts_with("JSON that is malformed at byte "));
    CHECK(problem_of(R"({"id":"a"})").starts_with("a JSON object without position"));
    CHECK(problem_of(R"({"position":1})") == "a JSON object without id");
    CHECK(problem_of(R"({"position":1,"id":5})").starts_with("a JSON object whose id is a number"));
    CHECK(problem_of(R"({"position":1,"id":["a"]})").starts_with("a JSON object whose id is no text"));
    CHECK(problem_of(R"({"position":1,"id":"a","body":null})") == "a JSON object whose body is null");
    CHECK(problem_of(R"({"position":1,"id":"a","body_base64":"AP8"})") ==
          "a JSON object whose body_base64 is not in base64");
    for (const auto* position :
         {"-1", "1.0", "1e3", "9223372036854775808", "true", "null", "\"\"", "\"x\"", "[1]"}) {
        CAPTURE(position);
        CHECK(read(std::string(R"({"id":"a","position":)") + position + "}").kind == GivenLine::Kind::Wrong);
    }
}

TEST_CASE("a line that is too long is cut, and says what it can", "[exec_source]") {
    const std::string id(70'000, 'x');
    GivenLine line = read_given_line({std::string_view("8\txxx"), 70'002, 1});
    CHECK(line.kind == GivenLine::Kind::Invoice);
    CHECK(line.position == 8);
    CHECK(line.is_id_cut);
    line = read_given_line({R"({"position":8,"id":"a","body":"xxxx)", 70'000, 1});
    CHECK(line.kind == GivenLine::Kind::Invoice);
    CHECK(line.id == "a");
    CHECK(line.is_body_cut);
    CHECK(read_given_line({R"({"body":"xxxx)", 70'000, 1}).problem ==
          "JSON that is too long: the members position and id belong before body");
    CHECK(read_given_line({R"({"position":8,"id":"xxxx)", 70'000, 1}).kind == GivenLine::Kind::Wrong);
}

TEST_CASE("a program's output falls into the same lines whatever its pieces are", "[exec_source]") {
    constexpr std::uint64_t kLongest = 70'000;
    const std::string text = "a\n\nbb\n" + std::string(70'000, 'c') + "\n" + std::string(70'001, 'd') +
                             "\ne\n" + std::string(300'000, 'f') + "\nrest";
    for (const std::size_t piece : {1U, 7U, 4096U, 65'536U}) {
        CAPTURE(piece);
        const auto lines = lines_of(text, piece, kLongest);
        REQUIRE(lines.size() == 8);
        CHECK(lines[0] == "a");
        CHECK(lines[1].empty());
        CHECK(lines[2] == "bb");
        CHECK(lines[3] == std::string(70'000, 'c'));
        CHECK(lines[4] == "ddd/70001");
        CHECK(lines[5] == "e");
        CHECK(lines[6] == "fff/300000");
        CHECK(lines[7] == "rest");
    }
    CHECK(lines_of("", 1, kLongest).empty());
    CHECK(lines_of("a\n", 1, kLongest) == std::vector<std::string>{"a"});
}
