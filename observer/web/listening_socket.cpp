// SPDX-License-Identifier: Apache-2.0
#include "observer/web/listening_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

constexpr int kFirstHandedOver = 3;  // SD_LISTEN_FDS_START

bool is_handed_over(const Environment& environment) {
    const char* pid = environment("LISTEN_PID");
    const char* count = environment("LISTEN_FDS");
    return pid != nullptr && count != nullptr && pid == fmt::to_string(::getpid()) &&
           std::strcmp(count, "0") != 0;
}

sockaddr_storage to_system(const ListenAddress& address, socklen_t& size) noexcept {
    sockaddr_storage storage{};
    auto& four = reinterpret_cast<sockaddr_in&>(storage);
    auto& six = reinterpret_cast<sockaddr_in6&>(storage);
    if (::inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(address.port);
        size = sizeof(six);
    } else {
        storage = {};
        ::inet_pton(AF_INET, address.host.c_str(), &four.sin_addr);
        four.sin_family = AF_INET;
        four.sin_port = htons(address.port);
        size = sizeof(four);
    }
    return storage;
}

std::optional<ListenAddress> address_of(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    int listens = 0;
    socklen_t listens_size = sizeof(listens);
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0 || listens == 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
        return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(storage);
        ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
        return ListenAddress{text.data(), ntohs(four.sin_port)};
    }
    if (storage.ss_family != AF_INET6) return std::nullopt;
    const auto& six = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
    return ListenAddress{text.data(), ntohs(six.sin6_port)};
}

ListeningSocket take_handed_over(bool anywhere) {
    UniqueFd fd(kFirstHandedOver);
    const auto address = address_of(fd.get());
    if (!address) {
        throw Failure(
            ExitStatus::Configuration,
            "descriptor 3, which $LISTEN_FDS hands over, is no listening TCP socket: in the socket's "
            "unit, ListenStream=127.0.0.1:9464 is accepted");
    }
    if (!address->is_loopback() && !anywhere) {
        throw Failure(
            ExitStatus::Configuration,
            fmt::format("the socket that $LISTEN_FDS hands over listens at {}, where others than this "
                        "machine can read; give --listen-anywhere if they may",
                        address->text()));
    }
    ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    return {std::move(fd), *address};
}

}  // namespace

ListeningSocket open_listening_socket(const ListenAddress& address, bool anywhere,
                                      const Environment& environment) {
    if (is_handed_over(environment)) return take_handed_over(anywhere);
    const auto fail = [&address](const char* call) {
        const int error = errno;
        throw system_failure(ExitStatus::CannotCreate, call, address.text(), error,
                             error == EADDRINUSE
                                 ? "another program listens there: give another port to --listen"
                             : error == EACCES ? "ports below 1024 are the administrator's: give another one"
                                               : "give an address of this machine to --listen");
    };
    socklen_t size = 0;
    const sockaddr_storage where = to_system(address, size);
    UniqueFd fd(::socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) fail("socket");
    // Closed connections of an earlier observer may still occupy the port; this option allows that. The
    // system still refuses a second observer on the same port.
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), size) != 0) fail("bind");
    if (::listen(fd.get(), SOMAXCONN) != 0) fail("listen");
    ListenAddress own = address_of(fd.get()).value_or(address);
    return {std::move(fd), std::move(own)};
}

}  // namespace pipeline
