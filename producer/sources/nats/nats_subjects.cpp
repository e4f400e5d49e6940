// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_subjects.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>
#include <limits>

namespace pipeline {
namespace {

// The parts of a reply subject: 9, or with a domain and an account at least 11.
constexpr std::size_t kShort = 9;
constexpr std::size_t kLong = 11;
constexpr std::size_t kMostParts = 16;
constexpr std::uint64_t kLastPosition = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> number(std::string_view text) noexcept {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, value);
    return text.empty() || error != std::errc() || behind != end ? std::nullopt : std::optional(value);
}

}  // namespace

std::optional<Delivery> read_ack_subject(std::string_view subject) noexcept {
    std::array<std::string_view, kMostParts> parts;
    std::size_t count = 0;
    while (true) {
        if (count == kMostParts) return std::nullopt;
        const auto dot = subject.find('.');
        parts[count++] = subject.substr(0, dot);
        if (dot == std::string_view::npos) break;
        subject.remove_prefix(dot + 1);
    }
    if (parts[0] != "$JS" || parts[1] != "ACK" || (count != kShort && count < kLong)) return std::nullopt;
    const std::size_t first = count == kShort ? 4 : 6;
    const auto deliveries = number(parts[first]);
    const auto sequence = number(parts[first + 1]);
    const auto stored = number(parts[first + 3]);
    const auto pending = number(parts[first + 4]);
    if (!deliveries || !sequence || !stored || !pending) return std::nullopt;
    if (*deliveries == 0 || *sequence == 0 || *sequence > kLastPosition) return std::nullopt;
    return Delivery{*sequence, *deliveries, *stored, *pending};
}

std::string ack_subject(const NatsAddress& address, std::uint64_t sequence) {
    return fmt::format("$JS.ACK.{}.{}.1.{}.0.0.0", address.stream, address.consumer, sequence);
}

std::string stream_info_subject(const NatsAddress& address) {
    return fmt::format("$JS.API.STREAM.INFO.{}", address.stream);
}

std::string consumer_info_subject(const NatsAddress& address) {
    return fmt::format("$JS.API.CONSUMER.INFO.{}.{}", address.stream, address.consumer);
}

std::string pull_subject(const NatsAddress& address) {
    return fmt::format("$JS.API.CONSUMER.MSG.NEXT.{}.{}", address.stream, address.consumer);
}

std::string text_of(const PullRequest& request) {
    std::string text = fmt::format(R"({{"batch":{},"expires":{})", request.batch, request.expires.count());
    if (request.heartbeat.count() != 0)
        text += fmt::format(R"(,"idle_heartbeat":{})", request.heartbeat.count());
    if (request.max_bytes != 0) text += fmt::format(R"(,"max_bytes":{})", request.max_bytes);
    return text + "}";
}

std::string usual_id(const NatsAddress& address, const Delivery& delivery) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const auto seconds = static_cast<std::time_t>(delivery.stored_ns / kSecond);
    std::tm utc{};
    if (delivery.stored_ns == 0 || ::gmtime_r(&seconds, &utc) == nullptr)
        return fmt::format("{}/{}", address.stream, delivery.sequence);
    return fmt::format("{}/{}@{:%Y%m%dT%H%M%S}.{:09}Z", address.stream, delivery.sequence, utc,
                       delivery.stored_ns % kSecond);
}

}  // namespace pipeline
