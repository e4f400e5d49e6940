// SPDX-License-Identifier: Apache-2.0
// The small parts of work outside: lines, log budgets, commands with places in them, delays.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "common/outside/error_lines.hpp"
#include "common/text/line_budget.hpp"
#include "consumer/outside/command_template.hpp"
#include "consumer/outside/each_processor.hpp"
#include "consumer/outside/last_line.hpp"
#include "consumer/protocol/line_buffer.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using Words = std::vector<std::string>;

// Returns the lines that the buffer gives when the text comes in pieces of that size.
Words lines_of(const std::string& text, std::size_t piece, std::size_t longest) {
    LineBuffer buffer(longest);
    Words lines;
    for (std::string_view rest = text; !rest.empty();) {
        const auto room = buffer.room();
        const auto bytes = std::min({piece, room.size(), rest.size()});
        REQUIRE(bytes > 0);
        std::copy_n(rest.begin(), bytes, room.begin());
        buffer.add(bytes);
        rest.remove_prefix(bytes);
        for (auto line = buffer.next(); line; line = buffer.next()) lines.emplace_back(*line);
    }
    lines.emplace_back(buffer.rest());
    return lines;
}

std::string last_of(const std::string& text, std::size_t piece) {
    LastLine last;
    for (std::size_t at = 0; at < text.size(); at += piece)
        last.take(std::string_view(text).substr(at, piece));
    return std::string(last.get());
}

}  // namespace

TEST_CASE("lines are the same in whatever pieces they come", "[outside]") {
    const std::string text = "one\n\ntwo and more\nthe rest";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        CAPTURE(piece);
        CHECK(lines_of(text, piece, 12) == Words{"one", "", "two and more", "the rest"});
    }
}

TEST_CASE("a line that is too long is noticed, and one that just fits is not", "[outside]") {
    LineBuffer buffer(3);
    auto room = buffer.room();
    REQUIRE(room.size() == 4);
    std::copy_n("abc\n", 4, room.begin());
    buffer.add(4);
    CHECK(buffer.next() == "abc");
    CHECK_FALSE(buffer.next());
    CHECK_FALSE(buffer.is_too_long());
    room = buffer.room();
    std::copy_n("abcd", 4, room.begin());
    buffer.add(4);
    CHECK_FALSE(buffer.next());
    CHECK(buffer.is_too_long());
}

TEST_CASE("the last line that is not blank is found in whatever pieces it comes", "[outside]") {
    for (std::size_t piece = 1; piece < 30; ++piece) {
        CAPTURE(piece);
        CHECK(last_of("first\nthe last\n", piece) == "the last");
        CHECK(last_of("first\nthe last", piece) == "the last");
        CHECK(last_of("first\nthe last\n \n\n\t", piece) == "the last");
        CHECK(last_of("\n\nonly", piece) == "only");
        CHECK(last_of(" \n", piece).empty());
    }
    CHECK(last_of(std::string(5000, 'x') + "\n", 100).size() == LastLine::kMaxBytes);
    CHECK(last_of("", 1).empty());
}

TEST_CASE("so many lines are logged in a second, and what is left out is counted", "[outside]") {
    LineBudget budget(2);
    const TimePoint start{1000s};
    CHECK(budget.take(start));
    CHECK(budget.take(start + 100ms));
    CHECK_FALSE(budget.take(start + 999ms));
    CHECK(budget.is_used_up(start + 999ms));
    budget.left_out(5);
    budget.left_out(6);
    CHECK_FALSE(budget.is_used_up(start + 1000ms));
    CHECK(budget.take(start + 1000ms));
    CHECK(budget.take_left_out() == 11);
    CHECK(budget.take_left_out() == 0);
}

TEST_CASE("the last lines of standard error are kept, however many there were", "[outside]") {
    const TimePoint now{1000s};
    const std::size_t piece = GENERATE(1U, 7U, 64U, 100'000U);
    const int count = GENERATE(1, 2, 3, 40, 500);
    INFO(count << " lines in pieces of " << piece);
    configure_log("unit_tests", LogLevel::Error);
    std::string text;
    for (int i = 1; i <= count; ++i) text += fmt::format("line {}\n", i);
    ErrorLines errors;
    errors.begin("program[1]", {});
    for (std::size_t at = 0; at < text.size(); at += piece)
        errors.take(std::string_view(text).substr(at, piece), now);
    CHECK(errors.last() == fmt::format("line {}", count));
    std::string tail;
    for (int i = std::max(1, count - 2); i <= count; ++i)
        tail += fmt::format("{}line {}", tail.empty() ? "" : " | ", i);
    CHECK(errors.tail(100) == tail);
    CHECK(errors.tail(1) == fmt::format("line {}", count));
    errors.take("no end", now);
    errors.end(now);
    CHECK(errors.last() == "no end");
    errors.begin("program[2]", {});
    CHECK(errors.last().empty());
    CHECK(errors.tail(100).empty());
    configure_log("invoice-pipeline", LogLevel::Info);
}

TEST_CASE("a line that its program has drawn again and again is what was drawn last", "[outside]") {
    const std::string text = "old\n 1%\r 2%\r100%\r\nthe end\r\n\r 1%\r 2%";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        CAPTURE(piece);
        ErrorLines errors;
        errors.begin("program[1]", {});
        for (std::size_t at = 0; at < text.size(); at += piece)
            errors.take(std::string_view(text).substr(at, piece), TimePoint{1000s});
        errors.end(TimePoint{1000s});
        CHECK(errors.tail(100) == "100% | the end | 2%");
        CHECK(last_of(text, piece) == " 2%");
        CHECK(last_of(text.substr(0, 18), piece) == "100%");
    }
}

TEST_CASE("a line that looks like an error is kept, however many follow", "[outside]") {
    ErrorLines errors;
    errors.begin("program[1]", {});
    errors.take("cannot open\nIllegalStateException: no invoice\n at Main\n at Main\n at Main\nthe end\n",
                TimePoint{1000s});
    CHECK(errors.tail(100) == "IllegalStateException: no invoice | the end");
    CHECK(errors.tail(0) == "IllegalStateException: no invoice | the end");
    errors.take("Error: another\n", TimePoint{1000s});
    CHECK(errors.tail(20) == "Error: another");
    errors.begin("program[1]", {});
    errors.take("  File \"job.py\", line 3\n    pay(id)\n    ~~~^^^^\nno answer\n", TimePoint{1000s});
    CHECK(errors.tail(100) == "File \"job.py\", line 3 | pay(id) | no answer");  // and no marks
    errors.begin("program[2]", {});
    errors.take("one\ntwo\nthree\nfour\n", TimePoint{1000s});
    CHECK(errors.tail(0) == "four");
}

TEST_CASE("an invoice fills the placeholders of a command and makes no words", "[outside]") {
    CommandTemplate command({"sh", "{}", "-o{id}.{attempt}{", "{path}", "{{x}}{}}"}, "/in");
    CHECK(command.fill(Acquired("a b; {path}"), 2) ==
          Words{"sh", "a b; {path}", "-oa b; {path}.2{", "/in/a b; {path}", "{x}a b; {path}}"});
    CHECK(command.fill(Acquired("c"), 1) == Words{"sh", "c", "-oc.1{", "/in/c", "{x}c}"});
    CHECK(CommandTemplate({"gzip", "-9"}, {}).fill(Acquired("f"), 1) == Words{"gzip", "-9", "f"});
    CHECK(CommandTemplate({"cat", "{path}"}, {}).fill(Acquired("f"), 1) == Words{"cat", "f"});
    CHECK(CommandTemplate({"echo", "{{}}"}, {}).fill(Acquired("f"), 1) == Words{"echo", "{}", "f"});
}

TEST_CASE("the parts of an id are those of GNU parallel", "[outside]") {
    struct Parts {
        std::string id, stem, name, folder, name_stem;
    };
    const auto wanted = GENERATE(values<Parts>({{"a.b/c.tar.gz", "a.b/c.tar", "c.tar.gz", "a.b", "c.tar"},
                                                {".bashrc", "", ".bashrc", ".", ""},
                                                {"d/.rc", "d/", ".rc", "d", ""},
                                                {"a.", "a.", "a.", ".", "a."},
                                                {"a.b/c", "a.b/c", "c", "a.b", "c"},
                                                {"x/y.", "x/y.", "y.", "x", "y."},
                                                {"/z.q", "/z", "z.q", "/", "z"},
                                                {"a/b/", "a/b/", "", "a", ""},
                                                {"///", "///", "", "/", ""},
                                                {"a//b", "a//b", "b", "a", "b"}}));
    CAPTURE(wanted.id);
    CommandTemplate command({"show", "{.}", "{/}", "{//}", "{/.}"}, {});
    CHECK(command.fill(Acquired(wanted.id), 1) ==
          Words{"show", wanted.stem, wanted.name, wanted.folder, wanted.name_stem});
}

TEST_CASE("{#} is the position that the ledger has, and {%} counts the places from 1", "[outside]") {
    CommandTemplate command({"show", "{#}", "{%}"}, {}, 4);
    CHECK(command.fill(Acquired("a", 17), 1) == Words{"show", "17", "5"});
    CHECK(command.fill(Acquired("a", 17), 2) == Words{"show", "17", "5"});
    CHECK(command.fill(Acquired("a", UINT64_MAX), 1) == Words{"show", "-1", "5"});
}

TEST_CASE("a temporary failure is tried again after delays that double, up to ten seconds", "[outside]") {
    CHECK(EachProcessor::retry_delay(1) == 100ms);
    CHECK(EachProcessor::retry_delay(2) == 200ms);
    CHECK(EachProcessor::retry_delay(3) == 400ms);
    CHECK(EachProcessor::retry_delay(7) == 6'400ms);
    CHECK(EachProcessor::retry_delay(8) == 10'000ms);
    CHECK(EachProcessor::retry_delay(255) == 10'000ms);
}
