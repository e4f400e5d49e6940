// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/duration_text.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

using Json = nlohmann::json;
using std::chrono::nanoseconds;

constexpr std::size_t kMostShown = 200;
constexpr int kNotFound = 404;

// Readers of members that may be missing or of another type: a server of another version may say less.
std::int64_t number_in(const Json& object, const char* name, std::int64_t otherwise = 0) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}
std::uint64_t count_in(const Json& object, const char* name) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(number_in(object, name), 0));
}
std::string text_in(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
bool flag_in(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

template <class Info>
InfoAnswer<Info> no_answer(std::string problem, bool is_missing = false) {
    return {std::nullopt, is_missing, std::move(problem)};
}

// Reads an answer that has the member `config`, or `error`.
template <class Info, class Fill>
InfoAnswer<Info> read(std::string_view text, Fill&& fill) {
    const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (!json.is_object()) return no_answer<Info>("its answer is not understood");
    if (const auto error = json.find("error"); error != json.end() && error->is_object()) {
        const std::string said = safe_line(text_in(*error, "description").substr(0, kMostShown));
        return no_answer<Info>(said.empty() ? "it answers with an error" : said,
                               number_in(*error, "code") == kNotFound);
    }
    const auto config = json.find("config");
    if (config == json.end() || !config->is_object())
        return no_answer<Info>("its answer is not understood: there is no config in it");
    Info info;
    fill(info, json, *config);
    return {info, false, {}};
}

// The command that makes a consumer as this program needs it.
std::string command_to_add(const NatsAddress& address) {
    return fmt::format("nats consumer add {} {} --pull --ack explicit --max-deliver=-1 --wait 30s",
                       address.stream, address.consumer);
}

}  // namespace

InfoAnswer<StreamInfo> read_stream_info(std::string_view json) {
    return read<StreamInfo>(json, [](StreamInfo& info, const Json& answer, const Json& config) {
        info.created = text_in(answer, "created");
        info.is_in_memory = text_in(config, "storage") == "memory";
        info.replicas = count_in(config, "num_replicas");
    });
}

InfoAnswer<ConsumerInfo> read_consumer_info(std::string_view json) {
    return read<ConsumerInfo>(json, [](ConsumerInfo& info, const Json& answer, const Json& config) {
        info.acknowledgement = text_in(config, "ack_policy");
        info.is_pushed = !text_in(config, "deliver_subject").empty();
        info.max_deliver = number_in(config, "max_deliver", -1);
        info.is_headers_only = flag_in(config, "headers_only");
        info.ack_wait = nanoseconds(number_in(config, "ack_wait"));
        if (const auto steps = config.find("backoff"); steps != config.end() && steps->is_array()) {
            for (const Json& step : *steps) {
                if (step.is_number_integer())
                    info.ack_wait = std::min(info.ack_wait, nanoseconds(step.get<std::int64_t>()));
            }
        }
        info.max_ack_pending = count_in(config, "max_ack_pending");
        info.max_batch = count_in(config, "max_batch");
        info.max_bytes = count_in(config, "max_bytes");
        info.max_expires = nanoseconds(number_in(config, "max_expires"));
        info.pending = count_in(answer, "num_pending");
        info.unacknowledged = count_in(answer, "num_ack_pending");
    });
}

std::optional<Failure> why_unfit(const NatsAddress& address, const ConsumerInfo& consumer) {
    const auto refuse = [&](const std::string& why) {
        return Failure(ExitStatus::Configuration,
                       fmt::format("the consumer {} of NATS {}", address.name(), why));
    };
    const std::string another = "take another one: " + command_to_add(address);
    if (consumer.is_pushed)
        return refuse("is a push consumer, and only a pull consumer can be used; " + another);
    if (consumer.acknowledgement != "explicit") {
        return refuse(fmt::format(
            "has the acknowledgement policy {}, with which messages would be lost: explicit is needed; {}",
            in_quotes(consumer.acknowledgement), another));
    }
    if (consumer.max_deliver != -1) {
        return refuse(
            fmt::format("delivers a message {} times at most, and then never again: remove that limit with "
                        "nats consumer edit {} {} --max-deliver=-1",
                        consumer.max_deliver, address.stream, address.consumer));
    }
    return std::nullopt;
}

Failure missing_in_server(const NatsAddress& address, const std::string& problem) {
    return {ExitStatus::NoInput,
            fmt::format("the consumer {} of NATS is not there: {}; make it: nats stream add {}, then {}",
                        address.name(), problem, address.stream, command_to_add(address))};
}

std::vector<std::string> concerns_of(const NatsAddress& address, const StreamInfo& stream,
                                     const ConsumerInfo& consumer) {
    std::vector<std::string> concerns;
    if (stream.is_in_memory) {
        concerns.push_back(
            fmt::format("the stream {} is in the server's memory: a restart of the server loses its messages",
                        address.stream));
    }
    if (stream.replicas <= 1) {
        concerns.push_back(fmt::format(
            "the stream {} has one replica: what its server has not synced is lost in a power cut, "
            "unless its sync_interval is always",
            address.stream));
    }
    if (consumer.ack_wait < kLeastAckWait) {
        concerns.push_back(fmt::format(
            "the consumer {} delivers a message again after {}: a break of the network or of this "
            "host that lasts longer has it processed twice; 30s are usual: nats consumer edit {} {} --wait "
            "30s",
            address.name(), to_readable_text(consumer.ack_wait), address.stream, address.consumer));
    }
    if (consumer.is_headers_only) {
        concerns.push_back(fmt::format(
            "the consumer {} delivers headers only: its invoices have empty bodies", address.name()));
    }
    return concerns;
}

}  // namespace pipeline
