// SPDX-License-Identifier: Apache-2.0
#include "common/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.hpp"

namespace pipeline {

void print_output(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd room{STDOUT_FILENO, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            throw system_failure(ExitStatus::InputOutput, "writing to", "standard output", errno);
        }
    }
}

}  // namespace pipeline
