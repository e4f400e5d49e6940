// SPDX-License-Identifier: Apache-2.0
// Where to listen, as --listen says it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// ADDRESS:PORT with a numeric address: 127.0.0.1:9464, [::1]:9464.
struct ListenAddress {
    std::string host;        // without brackets
    std::uint16_t port = 0;  // 0: one that is free

    [[nodiscard]] bool is_loopback() const noexcept;
    [[nodiscard]] std::string text() const;
};

// Throws std::invalid_argument whose text says what is accepted. No name is looked up: what it means might
// change.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

}  // namespace pipeline
