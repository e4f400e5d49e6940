// SPDX-License-Identifier: Apache-2.0
#include "observer/web/ledger_routes.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

using Parameters = std::map<std::string, std::string>;

std::variant<LedgerQuestion, Response> ask(const char* path, const Parameters& parameters = {}) {
    return ledger_question(
        path,
        [&](const char* name) {
            const auto found = parameters.find(name);
            return found == parameters.end() ? std::string() : found->second;
        },
        "sqlite:/a.db");
}

LedgerQuestion question_of(const char* path, const Parameters& parameters = {}) {
    return std::get<LedgerQuestion>(ask(path, parameters));
}
int refusal_of(const char* path, const Parameters& parameters = {}) {
    return std::get<Response>(ask(path, parameters)).status;
}

}  // namespace

TEST_CASE("a path and its parameters are a question", "[ledger_routes]") {
    CHECK(question_of("/ledger/groups.json").kind == LedgerQuestion::Kind::Groups);
    CHECK(question_of("/ledger/groups.json").ledger == "sqlite:/a.db");
    CHECK(question_of("/ledger/day.json").kind == LedgerQuestion::Kind::Day);
    CHECK(question_of("/ledger/invoice.json", {{"id", "a"}}).text == "a");
    const LedgerQuestion group =
        question_of("/ledger/group.json", {{"status", "rejected"}, {"reason", "x"}, {"behind", "12.-3"}});
    CHECK(group.kind == LedgerQuestion::Kind::Group);
    CHECK(group.status == RowStatus::Rejected);
    CHECK(group.text == "x");
    CHECK(group.behind_us == 12);
    CHECK(group.behind_row == -3);
    CHECK(question_of("/ledger/group.json", {{"status", "failed"}}).behind_us == INT64_MAX);
}

TEST_CASE("a request that asks nothing that there is is told so", "[ledger_routes]") {
    CHECK(refusal_of("/ledger/") == 404);
    CHECK(refusal_of("/ledger/groups.json/") == 404);
    CHECK(refusal_of("/ledger/invoice.json") == 400);
    CHECK(refusal_of("/ledger/invoice.json", {{"id", std::string(4097, 'x')}}) == 400);
    CHECK(refusal_of("/ledger/group.json") == 400);
    CHECK(refusal_of("/ledger/group.json", {{"status", "booked"}}) == 400);
    for (const auto* mark : {"1", "1.", ".1", "a.b", "1.2.3", "99999999999999999999.1"})
        CHECK(refusal_of("/ledger/group.json", {{"status", "failed"}, {"behind", mark}}) == 400);
}

TEST_CASE("answers are JSON, whatever names and reasons are", "[ledger_routes]") {
    ReasonGroups groups;
    for (int i = 0; i < 60; ++i)
        groups.groups.push_back({RowStatus::Failed, "</script>\"\\ \xff", false, 3, 4, 5, 6});
    groups.rests.push_back({RowStatus::Failed, 7});
    const Response first = ledger_response({}, groups);
    CHECK(first.status == 200);
    CHECK(first.type == "application/json");
    CHECK(first.policy.find("default-src 'none'") == 0);
    const auto json = nlohmann::json::parse(first.body);
    CHECK(json["groups"] == 60);
    CHECK(json["page"].size() == kGroupsOnPage);
    CHECK(json["is_whole"] == false);
    CHECK(json["rests"][0]["reached_at_us"] == 7);
    CHECK(nlohmann::json::parse(ledger_response({}, groups, 50).body)["page"].size() == 10);
    CHECK(nlohmann::json::parse(ledger_response({}, groups, SIZE_MAX).body)["page"].empty());

    GroupRows rows;
    rows.rows.push_back({"a", "b", 1, 2, std::nullopt, false});
    rows.next = RowMark{8, 9};
    const auto page = nlohmann::json::parse(ledger_response({}, rows).body);
    CHECK(page["next"] == "8.9");
    CHECK(page["rows"][0]["due_at_us"].is_null());

    StoredHours hours;
    hours.hours.push_back({1, 2, 3, 4});
    CHECK(nlohmann::json::parse(ledger_response({}, hours).body)["hours"][0]["failed"] == 4);

    InvoiceFacts facts;
    facts.id = "x";
    facts.fields = {{"reason", "y"}};
    facts.duplicates.push_back({"s", UINT64_MAX, 1});
    const auto one = nlohmann::json::parse(ledger_response({}, facts).body);
    CHECK(one["status"].is_null());
    CHECK(one["fields"][0][1] == "y");
    CHECK(one["duplicates"][0]["position"] == "18446744073709551615");
}

TEST_CASE("no answer and an unknown invoice have statuses of their own, and a sentence", "[ledger_routes]") {
    const Response none = ledger_response({}, NoAnswer{"it is locked\x1b"});
    CHECK(none.status == 503);
    CHECK(nlohmann::json::parse(none.body)["error"] == "it is locked\\x1b");
    LedgerQuestion question;
    question.text = "a<b";
    const Response unknown = ledger_response(question, std::monostate());
    CHECK(unknown.status == 404);
    CHECK(nlohmann::json::parse(unknown.body)["error"] == "the ledger does not know 'a<b'");
}
