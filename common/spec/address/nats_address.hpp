// SPDX-License-Identifier: Apache-2.0
// The address of a source in NATS: nats://HOST[:PORT][,HOST[:PORT]...]/STREAM/CONSUMER. It holds no secret:
// whatever looks like a user, a password or a token is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

struct NatsAddress {
    static constexpr std::uint16_t kUsualPort = 4222;

    // "HOST:PORT", always with the port; an IPv6 address is in brackets. In the order given, at least one,
    // at most 64.
    std::vector<std::string> servers;
    std::string stream;
    std::string consumer;

    // Returns "STREAM/CONSUMER".
    [[nodiscard]] std::string name() const { return stream + "/" + consumer; }
    // Returns the text behind "nats:" from which parse_nats_address() makes this address.
    [[nodiscard]] std::string text() const;
};

// Parses what follows "nats:". Throws std::invalid_argument, whose what() says what is accepted, and repeats
// nothing of the text.
[[nodiscard]] NatsAddress parse_nats_address(std::string_view text);

}  // namespace pipeline
