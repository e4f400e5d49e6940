// SPDX-License-Identifier: Apache-2.0
#include "observer/web/listening_socket.hpp"

#include <fmt/format.h>

#include "tests/support/command_line_support.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a socket of one's own listens at the address, at a free port if that is asked for",
          "[listening_socket]") {
    const auto own = open_listening_socket({"127.0.0.1", 0}, false, environment_of({}));
    CHECK(own.fd);
    CHECK(own.address.host == "127.0.0.1");
    CHECK(own.address.port != 0);
    SECTION("which is then taken") {
        const auto refusal =
            refusal_of([&] { return open_listening_socket(own.address, false, environment_of({})); });
        REQUIRE(refusal);
        CHECK(refusal.status == ExitStatus::CannotCreate);
        CHECK(refusal.text.find(own.address.text()) != std::string::npos);
        CHECK(refusal.text.find("another program listens there") != std::string::npos);
    }
    SECTION("whatever is handed over to another process") {
        const auto other = open_listening_socket({"127.0.0.1", 0}, false,
                                                 environment_of({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}));
        CHECK(other.fd.get() != 3);
    }
}

TEST_CASE("an address of another machine is refused", "[listening_socket]") {
    const auto refusal = refusal_of([] {
        return open_listening_socket({"192.0.2.1", 0}, true, environment_of({}));
    });
    REQUIRE(refusal);
    CHECK(refusal.text.find("give an address of this machine") != std::string::npos);
}
