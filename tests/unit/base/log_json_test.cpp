// SPDX-License-Identifier: Apache-2.0
// The log's form for programs.
#include <unistd.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using nlohmann::json;
using pipeline::test::CapturedLog;

namespace {

constexpr std::size_t kMaxLine = 4096;

// The one line that `action` writes, without its newline.
template <class Action>
std::string line_of(Action&& action) {
    const CapturedLog captured;
    configure_log("supervisor", LogLevel::Debug, LogFormat::Json);
    action();
    configure_log("invoice-pipeline", LogLevel::Info);
    const auto lines = captured.lines();
    REQUIRE(lines.size() == 1);
    return lines.front();
}

}  // namespace

TEST_CASE("a line for programs is an object that says when, who, how urgent and what", "[log]") {
    const json line =
        json::parse(line_of([] { log(LogLevel::Warning, "drained {} of \"{}\"", 38, "a\\b"); }));
    CHECK(std::regex_match(line.at("time").get<std::string>(),
                           std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)")));
    CHECK(line.at("level") == "warning");
    CHECK(line.at("program") == "supervisor");
    CHECK(line.at("pid") == ::getpid());
    CHECK(line.at("event") == "message");
    CHECK(line.at("message") == "drained 38 of \"a\\b\"");
    CHECK(line.size() == 6);
}

TEST_CASE("a line for programs has its fields by themselves, and leaves out the empty ones", "[log]") {
    const std::array<LogField, 7> fields{{{"id", "INV-1\n\"\x1b[2J"},
                                          {"event", "not-booked"},
                                          {"attempts", 3},
                                          {"attempt", std::optional<std::uint64_t>()},
                                          {"child_pid", std::optional<std::uint64_t>(7)},
                                          {"reason", ""},
                                          {"cause", "\xc3\xa4"}}};
    const json line = json::parse(line_of([&] { write_log(LogLevel::Notice, "text", fields); }));
    CHECK(line.at("event") == "not-booked");
    CHECK(line.at("id") == "INV-1\\x0a\"\\x1b[2J");
    CHECK(line.at("attempts") == 3);
    CHECK(line.at("child_pid") == 7);
    CHECK(line.at("cause") == "\xc3\xa4");
    CHECK(line.at("message") == "text");
    CHECK_FALSE(line.contains("attempt"));
    CHECK_FALSE(line.contains("reason"));
}

TEST_CASE("a line for programs stays an object however long its texts are", "[log]") {
    for (const std::string piece : {"x", "\"", "\\", "\n", "\xe2\x82\xac"}) {
        for (const std::size_t count : {300U, 1019U, 1020U, 1021U, 1022U, 1023U, 4000U, 5000U, 20'000U}) {
            CAPTURE(piece, count);
            std::string text;
            for (std::size_t i = 0; i < count; ++i) text += piece;
            std::vector<LogField> fields;
            for (int i = 0; i < 12; ++i) fields.emplace_back("field", text);
            for (const std::size_t given : {0U, 1U, 3U, 12U}) {
                const std::string line =
                    line_of([&] { write_log(LogLevel::Notice, text, std::span(fields).first(given)); });
                CHECK(line.size() < kMaxLine);
                const json object = json::parse(line);
                const auto message = object.at("message").get<std::string>();
                const bool is_whole = message.find("...") == std::string::npos;
                CHECK((is_whole || message.ends_with("...")));
                if (count >= 4000) CHECK_FALSE(is_whole);
            }
        }
    }
}
