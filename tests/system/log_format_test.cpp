// SPDX-License-Identifier: Apache-2.0
// --log-format json: what a program finds in the log of a whole pipeline.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"

using namespace pipeline::test;
using nlohmann::json;

namespace {

std::vector<json> objects_in(const std::string& log) {
    std::vector<json> objects;
    for (const std::string& line : lines_of(log)) {
        INFO(line);
        objects.push_back(json::parse(line));
        for (const char* key : {"time", "level", "program", "event", "message"})
            CHECK(objects.back().at(key).is_string());
        CHECK(objects.back().at("pid").is_number_unsigned());
    }
    return objects;
}

// The objects of one event.
std::vector<json> of_event(const std::vector<json>& objects, const std::string& event) {
    std::vector<json> found;
    std::copy_if(objects.begin(), objects.end(), std::back_inserter(found),
                 [&](const json& object) { return object.at("event") == event; });
    return found;
}

}  // namespace

TEST_CASE("each line of a pipeline's log is an object, and those about an invoice have its id", "[log]") {
    PipelineRun run;
    write_file(run.directory() / "list", "good\nbad\n\x1b[2Jodd \"id\"\n");
    auto supervisor = run.start(
        {"--consumers", "2", "--source", "lines:" + (run.directory() / "list").string(), "--log-format",
         "json", "--log-level", "debug", "--max-attempts", "2", "--fail-on", "never", "--once", "--", "sh",
         "-c", "echo about $1 >&2; [ $1 = good ] || { echo no such account >&2; exit 3; }", "sh", "{}"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    const auto objects = objects_in(supervisor.err());

    std::set<std::string> programs;
    for (const json& object : objects) programs.insert(object.at("program").get<std::string>());
    CHECK(programs.count("supervisor") == 1);
    CHECK(programs.count("consumer") == 1);

    auto ended = of_event(objects, "not-booked");
    // Each waits for its second attempt first.
    const auto waits = [](const json& object) { return object.at("status") == "waiting"; };
    CHECK(std::count_if(ended.begin(), ended.end(), waits) == 2);
    ended.erase(std::remove_if(ended.begin(), ended.end(), waits), ended.end());
    REQUIRE(ended.size() == 2);
    std::sort(ended.begin(), ended.end(),
              [](const json& one, const json& other) { return one.at("id") > other.at("id"); });
    CHECK(ended[0].at("id") == "bad");
    CHECK(ended[1].at("id") == "\\x1b[2Jodd \"id\"");
    for (const json& object : ended) {
        CHECK(object.at("level") == "warning");
        CHECK(object.at("name") == run.name());
        CHECK(object.at("status") == "failed");
        CHECK(object.at("attempts") == 2);
        CHECK(object.at("reason") == "exit status 3: no such account");
    }
    std::set<std::string> heard;
    for (const json& object : of_event(objects, "program-stderr"))
        heard.insert(object.at("id").get<std::string>());
    CHECK(heard == std::set<std::string>{"good", "bad", "\\x1b[2Jodd \"id\""});
    const auto drained = of_event(objects, "drained");
    REQUIRE(drained.size() == 1);
    CHECK(drained.front().at("booked") == 1);
    CHECK(drained.front().at("failed") == 2);
    CHECK(drained.front().at("exit_status") == 0);
    run.require_nothing_left();
}
