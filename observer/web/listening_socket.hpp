// SPDX-License-Identifier: Apache-2.0
// The socket at which the observer listens: one that systemd hands over (sd_listen_fds(3)), or its own.
#pragma once

#include "common/base/fd.hpp"
#include "common/cli/directories.hpp"
#include "observer/options/listen_address.hpp"

namespace pipeline {

struct ListeningSocket {
    UniqueFd fd;
    ListenAddress address;  // where it really listens
};

// The first descriptor that the environment names ($LISTEN_PID, $LISTEN_FDS), else one bound to `address`.
// Throws Failure: CannotCreate if that cannot be; Configuration if what was handed over is no listening TCP
// socket, or one that others reach and `anywhere` does not say that they may.
[[nodiscard]] ListeningSocket open_listening_socket(const ListenAddress& address, bool anywhere,
                                                    const Environment& environment);

}  // namespace pipeline
