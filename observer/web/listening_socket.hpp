// SPDX-License-Identifier: Apache-2.0
// The observer's listening socket: one that systemd passes (sd_listen_fds(3)), or its own.
#pragma once

#include "common/base/fd.hpp"
#include "common/cli/directories.hpp"
#include "observer/options/listen_address.hpp"

namespace pipeline {

struct ListeningSocket {
    UniqueFd fd;
    ListenAddress address;  // the actual address
};

// Returns the first descriptor that the environment names ($LISTEN_PID, $LISTEN_FDS), else one bound to
// `address`. Throws Failure: CannotCreate if that fails; Configuration if the passed one is no listening TCP
// socket, or others can reach it although `anywhere` is false.
[[nodiscard]] ListeningSocket open_listening_socket(const ListenAddress& address, bool anywhere,
                                                    const Environment& environment);

}  // namespace pipeline
