// SPDX-License-Identifier: Apache-2.0
#include "observer/web/ledger_routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostText = 4096;  // of an id or a reason

template <class Number>
std::optional<Number> number_of(std::string_view text) noexcept {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// A mark is TIME.ROW. An empty one stands before the first row.
bool read_mark(std::string_view text, LedgerQuestion& question) noexcept {
    if (text.empty()) return true;
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return false;
    const auto time = number_of<std::int64_t>(text.substr(0, dot));
    const auto row = number_of<std::int64_t>(text.substr(dot + 1));
    if (!time || !row) return false;
    question.behind_us = *time;
    question.behind_row = *row;
    return true;
}

Json json_of(const ReasonGroup& group) {
    return {{"status", to_text(group.status)}, {"reason", group.reason},
            {"is_held", group.is_held},        {"invoices", group.invoices},
            {"attempts", group.attempts},      {"newest_at_us", group.newest_us},
            {"oldest_at_us", group.oldest_us}};
}

Json json_of(const ReasonGroups& found, std::size_t from) {
    Json json{{"invoices", found.invoices}, {"others", found.others}, {"groups", found.groups.size()}};
    json["is_whole"] = found.rests.empty();
    json["rests"] = Json::array();
    for (const auto& rest : found.rests)
        json["rests"].push_back({{"status", to_text(rest.status)}, {"reached_at_us", rest.reached_us}});
    json["from"] = from;
    json["page"] = Json::array();
    for (std::size_t i = from; i < found.groups.size() && i - from < kGroupsOnPage; ++i)
        json["page"].push_back(json_of(found.groups[i]));
    return json;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json json_of(const GroupRows& found) {
    Json json{{"is_cut", found.is_cut}};
    json["next"] =
        found.next ? Json(fmt::format("{}.{}", found.next->stored_at_us, found.next->row)) : Json();
    json["rows"] = Json::array();
    for (const GroupRow& row : found.rows) {
        json["rows"].push_back({{"id", row.id},
                                {"reason", row.reason},
                                {"attempts", row.attempts},
                                {"stored_at_us", row.stored_at_us},
                                {"due_at_us", or_null(row.due_at_us)},
                                {"is_leased", row.is_leased}});
    }
    return json;
}

Json json_of(const InvoiceFacts& facts) {
    Json json{{"id", facts.id}};
    json["status"] = facts.status ? Json(to_text(*facts.status)) : Json();
    json["is_due"] = facts.is_due;
    json["fields"] = Json::array();
    for (const auto& [name, value] : facts.fields) json["fields"].push_back({name, value});
    json["body_bytes"] = or_null(facts.body_bytes);
    json["history_rows"] = facts.history_rows;
    json["history"] = Json::array();
    for (const auto& outcome : facts.history) {
        json["history"].push_back({{"status", outcome.status},
                                   {"reason", outcome.reason},
                                   {"attempts", outcome.attempts},
                                   {"stored_at_us", outcome.stored_at_us}});
    }
    json["duplicate_rows"] = or_null(facts.duplicate_rows);
    json["duplicates"] = Json::array();
    for (const auto& other : facts.duplicates) {
        // As text: a number of 64 bits is more than JavaScript keeps.
        json["duplicates"].push_back({{"source", other.source},
                                      {"position", fmt::to_string(other.position)},
                                      {"seen_at_us", other.seen_at_us}});
    }
    json["pruned"] = facts.pruned;
    json["is_of_spool"] = facts.is_of_spool;
    json["files"] = Json::array();
    for (const auto& file : facts.files)
        json["files"].push_back({{"path", file.path}, {"is_the_one", file.is_the_one}});
    json["commands"] = facts.commands;
    return json;
}

Json json_of(const StoredHours& found) {
    Json json{{"is_whole", found.reached_us == INT64_MIN}};
    json["reached_at_us"] = found.reached_us == INT64_MIN ? Json() : Json(found.reached_us);
    json["hours"] = Json::array();
    for (const StoredHour& hour : found.hours) {
        json["hours"].push_back({{"begins_at_us", hour.begins_at_us},
                                 {"booked", hour.booked},
                                 {"rejected", hour.rejected},
                                 {"failed", hour.failed}});
    }
    return json;
}

Response response_of(int status, const Json& json) {
    Json whole{{"version", 1}, {"at_us", wall_us()}};
    whole.update(json);
    // Every text in it is safe to show, and so valid UTF-8; should one not be, it is shown as replaced.
    return json_response(status, whole.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Response error_response(int status, std::string_view sentence) {
    return response_of(status, {{"error", safe_line(sentence)}});
}

}  // namespace

std::variant<LedgerQuestion, Response> ledger_question(std::string_view path, const Parameter& parameter,
                                                       std::string ledger) {
    LedgerQuestion question;
    question.ledger = std::move(ledger);
    if (path == "/ledger/groups.json") return question;
    if (path == "/ledger/day.json") {
        question.kind = LedgerQuestion::Kind::Day;
        return question;
    }
    if (path == "/ledger/invoice.json") {
        question.kind = LedgerQuestion::Kind::Invoice;
        question.text = parameter("id");
        if (question.text.empty() || question.text.size() > kMostText)
            return error_response(400, "id: an id of 1 to 4096 bytes is accepted");
        return question;
    }
    if (path != "/ledger/group.json")
        return text_response(404, "not here: groups.json, group.json, invoice.json and day.json are");
    question.kind = LedgerQuestion::Kind::Group;
    const auto status = row_status_of(parameter("status"));
    if (!status || *status == RowStatus::Booked)
        return error_response(400, "status: failed, rejected or waiting is accepted");
    question.status = *status;
    question.text = parameter("reason");
    if (question.text.size() > kMostText) return error_response(400, "reason: it is too long");
    if (!read_mark(parameter("behind"), question))
        return error_response(400, "behind: the value of \"next\" in the page before is accepted");
    return question;
}

std::size_t first_group(const Parameter& parameter) {
    return number_of<std::size_t>(parameter("from")).value_or(0);
}

Response ledger_response(const LedgerQuestion& question, const LedgerAnswer& answer, std::size_t from) {
    struct ToResponse {
        const LedgerQuestion& question;
        std::size_t from;
        Response operator()(const NoAnswer& none) const { return error_response(503, none.sentence); }
        Response operator()(std::monostate) const {
            return error_response(404, "the ledger does not know " + in_quotes(question.text));
        }
        Response operator()(const ReasonGroups& found) const {
            return response_of(200, json_of(found, from));
        }
        Response operator()(const GroupRows& found) const { return response_of(200, json_of(found)); }
        Response operator()(const InvoiceFacts& facts) const { return response_of(200, json_of(facts)); }
        Response operator()(const StoredHours& found) const { return response_of(200, json_of(found)); }
    };
    return std::visit(ToResponse{question, from}, answer);
}

}  // namespace pipeline
