// SPDX-License-Identifier: Apache-2.0
#include "observer/show/status_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "common/base/printable.hpp"
#include "observer/show/numbers.hpp"

namespace pipeline {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;  // of this JSON; raised when a name changes its meaning or disappears

double seconds_since(std::uint64_t ns, std::uint64_t now_ns) noexcept {
    return now_ns > ns ? static_cast<double>(now_ns - ns) / 1e9 : 0;
}

Json json_of(const Latencies& latencies) {
    return {{"count", latencies.count},
            {"mean_seconds", latencies.mean},
            {"p50_seconds", latencies.p50},
            {"p99_seconds", latencies.p99},
            {"p999_seconds", latencies.p999}};
}

Json json_of(const Latencies& recent, const Latencies& total) {
    return {{"recent", json_of(recent)}, {"total", json_of(total)}};
}

Json json_of(const TimeShares& shares) {
    return {{"working", shares.working},
            {"waiting_for_input", shares.waiting_for_input},
            {"waiting_for_room", shares.waiting_for_room},
            {"flushing", shares.flushing}};
}

Json json_of(const ProcessObservation& process, std::uint64_t now_ns) {
    Json json{{"pid", process.pid}, {"state", to_text(process.state)}};
    json["activity"] = to_text(process.time.now);
    json["activity_seconds"] = seconds_since(process.time.since_ns, now_ns);
    json["private_bytes"] = process.private_bytes;
    json["deaths"] = process.deaths.count;
    json["last_death"] = nullptr;
    if (process.deaths.count != 0) {
        json["last_death"] = {{"cause", process.deaths.last_cause},
                              {"ago_seconds", seconds_since(process.deaths.last_ns, now_ns)}};
    }
    return json;
}

Json json_of_consumer(const View& view, std::size_t i) {
    const ConsumerObservation& consumer = view.now->consumers[i];
    Json json{{"place", consumer.place}};
    json.update(json_of(consumer, view.now->at_ns));
    json["items"] = consumer.items;
    json["in_hand"] = consumer.in_hand;
    const bool is_compared = i < view.recent.consumers.size();
    const ConsumerComparison recent = is_compared ? view.recent.consumers[i] : ConsumerComparison{};
    json["items_per_second"] = recent.items_per_second;
    json["shares"] = json_of(recent.shares);
    json["invoice"] = nullptr;
    if (consumer.invoice) {
        json["invoice"] = {{"id", printable(consumer.invoice->id)},
                           {"attempt", consumer.invoice->attempt},
                           {"seconds", seconds_since(consumer.invoice->since_ns, view.now->at_ns)}};
    }
    return json;
}

Json json_of(const SupervisorObservation& supervisor, std::uint64_t now_ns) {
    return {{"pid", supervisor.pid},
            {"state", to_text(supervisor.state)},
            {"private_bytes", supervisor.private_bytes},
            {"up_seconds", seconds_since(supervisor.started_ns, now_ns)},
            {"wanted_consumers", supervisor.wanted_consumers},
            {"least_consumers", supervisor.least_consumers},
            {"most_consumers", supervisor.most_consumers}};
}

Json json_of(const Number::Value& value) {
    return std::visit(
        [](const auto& known) {
            if constexpr (std::is_same_v<std::decay_t<decltype(known)>, std::monostate>) {
                return Json();
            } else {
                return Json(known);
            }
        },
        value);
}

void add_numbers(Json& json, Subject subject, const Observation& now) {
    for (const Number& number : numbers_of(subject))
        if (number.object != nullptr) json[number.object][number.key] = json_of(number.read(now));
}

void add_recent(Json& json, const View& view) {
    const Comparison& recent = view.recent;
    json["recent"] = {{"seconds", recent.seconds},
                      {"acquired_per_second", recent.acquired_per_second},
                      {"processed_per_second", recent.saved_per_second},
                      {"stored_per_second", recent.stored_per_second}};
    const Observation& now = *view.now;
    json["latency"] = {
        {"waiting", json_of(recent.waiting, Latencies::of(now.waiting))},
        {"processing", json_of(recent.processing, Latencies::of(now.processing))},
        {"until_durable", json_of(recent.until_durable, Latencies::of(now.until_durable, now.under_way))}};
    json["advice"] = {{"bottleneck", to_text(recent.advice.bottleneck)},
                      {"needed_consumers", recent.advice.needed_consumers},
                      {"sentence", recent.advice.sentence}};
}

// Returns a history as one array for each number, because readers draw each number as a curve.
Json json_of(const std::vector<Pace>& history) {
    const auto column = [&history](double Pace::*number) {
        Json values = Json::array();
        for (const Pace& pace : history) values.push_back(pace.*number);
        return values;
    };
    Json ago = Json::array();
    for (const Pace& pace : history) ago.push_back(seconds_ago(history, pace));
    return {{"step_seconds", history.empty() ? Json() : Json(history.back().seconds)},
            {"ago_seconds", std::move(ago)},
            {"acquired_per_second", column(&Pace::acquired_per_second)},
            {"stored_per_second", column(&Pace::stored_per_second)},
            {"failed_per_second", column(&Pace::failed_per_second)},
            {"in_flight", column(&Pace::in_flight)},
            {"until_durable_p99_seconds", column(&Pace::until_durable_p99_seconds)},
            {"longest_in_work_seconds", column(&Pace::longest_in_work_seconds)}};
}

void add_processes(Json& json, const View& view) {
    json["supervisor"] = json_of(view.now->supervisor, view.now->at_ns);
    json["producer"] = json_of(view.now->producer, view.now->at_ns);
    json["producer"]["shares"] = json_of(view.recent.producer);
    json["consumers"] = Json::array();
    for (std::size_t i = 0; i < view.now->consumers.size(); ++i)
        json["consumers"].push_back(json_of_consumer(view, i));
    json["consumer_deaths"] = view.now->consumer_deaths;
}

// Makes all texts safe: readers show them on terminals and pages.
void make_safe(Json& json) {
    if (json.is_string()) json = safe_line(json.get_ref<const std::string&>());
    if (!json.is_structured()) return;
    for (Json& each : json) make_safe(each);
}

}  // namespace

std::string status_json(const View& view) {
    Json json{{"version", kVersion}, {"name", view.name}, {"is_attached", view.is_attached}};
    json["state"] = view.now ? Json(to_text(view.now->state)) : Json();
    json["health"] = {{"is_good", view.health.is_good},
                      {"state", to_text(view.health.state)},
                      {"reason", view.health.reason}};
    json["trouble"] = view.trouble;
    if (view.now) {
        json["at_us"] = view.now->at.now_us();
        json["generation"] = fmt::format("{:016x}", view.now->generation);
        json["source"] = printable(view.now->source);
        json["is_source_exhausted"] = view.now->is_source_exhausted;
        json["is_paused"] = view.now->is_paused;
        json["ledger"] = printable(view.now->ledger);
        json["moved_at_us"] = view.moved_ns == 0 ? Json() : Json(view.now->at.at_us(view.moved_ns));
        json["unmoved_seconds"] = view.unmoved_seconds();
        add_numbers(json, Subject::Ledger, *view.now);
        add_numbers(json, Subject::Source, *view.now);
        json["failed_in_a_row"] = view.now->failed_in_a_row;
        json["is_exact"] = view.now->live.is_exact;
        add_numbers(json, Subject::Flow, *view.now);
        add_recent(json, view);
        add_processes(json, view);
        json["item_timeout_seconds"] =
            view.now->item_timeout_seconds ? Json(*view.now->item_timeout_seconds) : Json();
        json["history"] = json_of(view.history);
        json["hour"] = json_of(view.hour);
    }
    make_safe(json);
    return json.dump();
}

}  // namespace pipeline
