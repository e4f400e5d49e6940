// SPDX-License-Identifier: Apache-2.0
#include "observer/options/listen_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "common/spec/values.hpp"

namespace pipeline {
namespace {

[[noreturn]] void refuse() {
    throw std::invalid_argument(
        "a numeric address and a port are accepted, such as 127.0.0.1:9464 or [::1]:9464");
}

bool is_ipv6(const std::string& host) noexcept {
    return host.find(':') != std::string::npos;
}

}  // namespace

bool ListenAddress::is_loopback() const noexcept {
    if (in6_addr six{}; ::inet_pton(AF_INET6, host.c_str(), &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six) != 0;
    in_addr four{};
    return ::inet_pton(AF_INET, host.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24U) == 127;
}

std::string ListenAddress::text() const {
    return is_ipv6(host) ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

ListenAddress parse_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) refuse();
    std::string_view host = text.substr(0, colon);
    const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (has_brackets) host = host.substr(1, host.size() - 2);
    ListenAddress address;
    address.host = host;
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    const int family = has_brackets ? AF_INET6 : AF_INET;
    if (::inet_pton(family, address.host.c_str(), parsed.data()) != 1) refuse();
    try {
        address.port = static_cast<std::uint16_t>(parse_count(text.substr(colon + 1), 0, 65535));
    } catch (const std::invalid_argument&) {
        refuse();
    }
    return address;
}

}  // namespace pipeline
