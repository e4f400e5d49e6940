// SPDX-License-Identifier: Apache-2.0
// What the observer's views say of a made-up pipeline, and that the documentation knows every name in it.
#include "observer/show/status_json.hpp"
#include "observer/show/status_text.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/printable.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/sample_view.hpp"
#include "tests/support/text.hpp"
#include "tests/support/tree_paths.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

void require_documented(const nlohmann::json& json, const std::string& page) {
    if (json.is_array()) {
        for (const auto& each : json) require_documented(each, page);
    }
    if (!json.is_object()) return;
    for (const auto& [key, value] : json.items()) {
        INFO(key);
        CHECK(page.find('`' + key + '`') != std::string::npos);
        require_documented(value, page);
    }
}

}  // namespace

TEST_CASE("the JSON says what was seen", "[status]") {
    const auto json = nlohmann::json::parse(status_json(sample_view(2)));
    CHECK(json["version"] == 1);
    CHECK(json["name"] == "sample");
    CHECK(json["state"] == "running");
    CHECK(json["totals"]["acquired"] == 20'000);
    CHECK(json["totals"]["stored"] == 12'000);
    CHECK(json["totals"]["rejected"] == 10);
    CHECK(json["in_flight"]["invoices"] == 8'000);
    CHECK(json["in_flight"]["oldest_seconds"] == 4.0);
    CHECK(json["recent"]["acquired_per_second"] == 1'000.0);
    CHECK(json["latency"]["processing"]["recent"]["count"] == 4'000);
    CHECK(json["latency"]["processing"]["total"]["count"] == 5'000);
    CHECK(json["advice"]["bottleneck"] == "consumers");
    CHECK(json["producer"]["activity"] == "waiting_for_room");
    REQUIRE(json["consumers"].size() == 2);
    const auto& consumer = json["consumers"][1];
    CHECK(consumer["place"] == 1);
    CHECK(consumer["state"] == "running");
    CHECK(consumer["items_per_second"] == 200.0);
    CHECK(consumer["invoice"]["attempt"] == 2);
    CHECK(consumer["invoice"]["seconds"] == 0.5);
    CHECK(consumer["last_death"]["cause"] == "killed by signal 9 (SIGKILL)");
    CHECK(json["consumers"][0]["last_death"].is_null());
}

TEST_CASE("every name in the JSON is documented", "[status]") {
    const std::string page = read_file(OBSERVER_DOCUMENTATION);
    REQUIRE(page.size() > 1000);
    require_documented(nlohmann::json::parse(status_json(sample_view(2))), page);
}

TEST_CASE("JSON has names as all views show them, and nothing that commands or is not seen", "[status]") {
    View view = sample_view(2);
    const std::string bad = "a\"\xff\n\x01\xc2\x9b\xe2\x80\xae\\";
    view.name = view.trouble = view.health.reason = view.recent.advice.sentence = bad;
    view.now->source = view.now->ledger = view.now->consumers[1].deaths.last_cause = bad;
    view.now->consumers[1].invoice->id = bad + "\\xff";
    const std::string text = status_json(view);
    CHECK(safe_line(text) == text);
    const auto json = nlohmann::json::parse(text);
    const std::string shown = R"(a"\xff\x0a\x01\xc2\x9b\xe2\x80\xae\)";
    CHECK(json["consumers"][1]["invoice"]["id"] == shown + R"(\x5cxff)");
    CHECK(json["source"] == shown);
    CHECK(json["trouble"] == shown);
    CHECK(json["advice"]["sentence"] == shown);
}

TEST_CASE("the history says when each of its looks was", "[status]") {
    View view = sample_view(1);
    view.history = {{10'000'000'000, 10, 1, 0, 0, 0}, {90'000'000'000, 20, 2, 0, 0, 0}};
    const auto history = nlohmann::json::parse(status_json(view))["history"];
    CHECK(history["step_seconds"] == 20.0);
    CHECK(history["ago_seconds"] == std::vector<double>{80, 0});
    CHECK(history["acquired_per_second"] == std::vector<double>{1, 2});
    view.history.clear();
    CHECK(nlohmann::json::parse(status_json(view))["history"]["step_seconds"].is_null());
}

TEST_CASE("JSON of a pipeline that is not there says why", "[status]") {
    View view;
    view.name = "x";
    const auto json = nlohmann::json::parse(status_json(view));
    CHECK(json["state"].is_null());
    CHECK(json["is_attached"] == false);
    CHECK(json["health"]["reason"] == "there is no pipeline of that name");
    CHECK(waiting_text(view) == "waiting for a pipeline of the name 'x'");
}

TEST_CASE("the page of text says what was seen", "[status]") {
    const std::string text = status_text(sample_view(2));
    for (const auto* part :
         {"pipeline    sample, running\n", "acquired            20,000\n", "rejected                10\n",
          "in flight            8,000, the oldest for 4.00 s\n", "7,000 of 16,384\n",
          "1,000 acquired, 500 processed, 400 into the ledger", "consumers are the bottleneck",
          "waits: ring full", "wanted      2 consumers (1 to 32)\n", "INV-1 for 500 ms, attempt 2\n",
          "last death: killed by signal 9 (SIGKILL), 30.0 s ago\n"})
        CHECK(mentions(text, part));
    CHECK_FALSE(mentions(text, "nothing has moved"));
}

TEST_CASE("a source that is watched for more has not ended", "[status]") {
    View view = sample_view(1);
    CHECK_FALSE(mentions(status_text(view), "has ended"));
    view.now->is_source_exhausted = true;
    CHECK(mentions(status_text(view), "source      sequence (has ended)\n"));
}

TEST_CASE("one is told as one", "[status]") {
    SupervisorObservation supervisor;
    for (const auto& [count, text] :
         {std::pair(0U, "0 consumers"), std::pair(1U, "1 consumer"), std::pair(2U, "2 consumers")}) {
        supervisor.wanted_consumers = count;
        CHECK(consumers_text(supervisor) == text);
    }
}

TEST_CASE("a name from outside cannot command the terminal that the page is shown on", "[status]") {
    View view = sample_view(2);
    view.now->consumers[1].invoice->id = "\xc2\x9b\x9b";
    CHECK(mentions(status_text(view), R"(\xc2\x9b\x9b for 500 ms)"));
}

TEST_CASE("a line says the state, the balance and the rates", "[status]") {
    View view = sample_view(2);
    CHECK(mentions(status_line(view),
                   "running: acquired 20000, booked 11980, rejected 10, failed 5, duplicates 5, in flight "
                   "8000, 1,000/s in, 400/s out; consumers are the bottleneck"));
    SECTION("and that nothing moves, and since when") {
        view.moved_ns = view.now->at_ns - 34'000'000'000;
        CHECK(is_to_be_told(view));
        const std::string since = stillness(view);
        CHECK(mentions(since, "nothing has moved for 34.0 s, since "));
        CHECK(mentions(status_line(view), since));
        CHECK(mentions(status_text(view), since));
    }
}
