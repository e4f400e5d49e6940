// SPDX-License-Identifier: Apache-2.0
// The observer's listening socket: one that systemd passes (sd_listen_fds(3)), or one that the observer
// opens.
#pragma once

#include "common/base/fd.hpp"
#include "common/cli/directories.hpp"
#include "observer/options/listen_address.hpp"

namespace pipeline {

struct ListeningSocket {
    UniqueFd fd;
    ListenAddress address;  // the address at which it listens
};

// Returns the first descriptor that the environment names ($LISTEN_PID, $LISTEN_FDS), else a new socket bound
// to `address`. Throws Failure: CannotCreate if the new socket cannot be made; Configuration if the passed
// one is not a listening TCP socket, or if other machines can reach it although `anywhere` is false.
[[nodiscard]] ListeningSocket open_listening_socket(const ListenAddress& address, bool anywhere,
                                                    const Environment& environment);

}  // namespace pipeline
