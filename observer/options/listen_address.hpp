// SPDX-License-Identifier: Apache-2.0
// The address of --listen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// ADDRESS:PORT with a numeric address: 127.0.0.1:9464, [::1]:9464.
struct ListenAddress {
    std::string host;        // without brackets
    std::uint16_t port = 0;  // 0: any free port

    [[nodiscard]] bool is_loopback() const noexcept;
    [[nodiscard]] std::string text() const;
};

// Parses ADDRESS:PORT. Throws std::invalid_argument with a text that says what is accepted. Resolves no host
// names, because the address of a name may change.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

}  // namespace pipeline
