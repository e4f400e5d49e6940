// SPDX-License-Identifier: Apache-2.0
#include "common/spec/address/nats_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace pipeline {
namespace {

constexpr std::size_t kMostServers = 64;
constexpr std::size_t kMostHostBytes = 255;
constexpr std::size_t kMostNameBytes = 255;  // as the server has it

[[noreturn]] void refuse(const char* accepted) {
    throw std::invalid_argument(accepted);
}

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void require_host(std::string_view host) {
    const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const std::string_view inside = is_bracketed ? host.substr(1, host.size() - 2) : host;
    const bool is_clean = std::all_of(inside.begin(), inside.end(), [&](char c) {
        return is_letter_or_digit(c) || c == '.' || (is_bracketed ? c == ':' : c == '-' || c == '_');
    });
    if (inside.empty() || host.size() > kMostHostBytes || !is_clean)
        refuse("hosts are accepted as names, as IPv4 addresses or as IPv6 addresses in brackets");
}

std::string server_of(std::string_view text) {
    const auto bracket = text.rfind(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = text.substr(0, colon);
    require_host(host);
    std::uint16_t port = NatsAddress::kUsualPort;
    if (colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        const auto [behind, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (digits.empty() || error != std::errc() || behind != digits.data() + digits.size() || port == 0)
            refuse("behind the colon of a host a port from 1 to 65535 is accepted");
    }
    return fmt::format("{}:{}", host, port);
}

// A stream's or consumer's name as the server accepts it (JetStream naming; NATS documentation, "Naming").
// Quotes are left out too: the name is part of command lines in messages.
void require_name(std::string_view name) {
    const bool is_clean = std::all_of(name.begin(), name.end(), [](char c) {
        constexpr std::string_view kRefused = "?#.*>/\\'\"`$";
        return c > ' ' && c < 0x7f && kRefused.find(c) == std::string_view::npos;
    });
    if (name.empty() || name.size() > kMostNameBytes || !is_clean)
        refuse(
            "names of a stream and a consumer are accepted, of up to 255 printable ASCII characters without "
            "blanks, quotes and ? # . * > / \\ $");
}

}  // namespace

std::string NatsAddress::text() const {
    std::string text = "//";
    for (std::size_t i = 0; i < servers.size(); ++i) text += (i == 0 ? "" : ",") + servers[i];
    return text + "/" + name();
}

NatsAddress parse_nats_address(std::string_view text) {
    constexpr const char* kForm = "//HOST[:PORT][,HOST...]/STREAM/CONSUMER is accepted";
    if (!text.starts_with("//")) refuse(kForm);
    text.remove_prefix(2);
    if (text.find('@') != std::string_view::npos) {
        refuse(
            "no user, password or token is accepted: name a file by NATS_CREDS, or give NATS_USER and name a "
            "file by NATS_PASSWORD_FILE");
    }
    const auto slash = text.find('/');
    const auto second = slash == std::string_view::npos ? slash : text.find('/', slash + 1);
    if (second == std::string_view::npos) refuse(kForm);
    NatsAddress address;
    std::string_view hosts = text.substr(0, slash);
    while (true) {
        const auto comma = hosts.find(',');
        if (address.servers.size() == kMostServers) refuse("at most 64 hosts are accepted");
        address.servers.push_back(server_of(hosts.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        hosts.remove_prefix(comma + 1);
    }
    address.stream = text.substr(slash + 1, second - slash - 1);
    address.consumer = text.substr(second + 1);
    require_name(address.stream);
    require_name(address.consumer);
    return address;
}

}  // namespace pipeline
