// SPDX-License-Identifier: Apache-2.0
#include "common/base/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/room.hpp"

namespace pipeline {
namespace {

// Calls write(2) once, for at most `most` bytes; the unwritten rest stays in `text`. Returns false if
// standard output has no room.
bool write_some(std::string_view& text, std::size_t most) {
    const auto written = ::write(STDOUT_FILENO, text.data(), std::min(text.size(), most));
    if (written >= 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
        return false;
    } else if (errno != EINTR) {
        throw system_failure(ExitStatus::InputOutput, "writing to", "standard output", errno);
    }
    return true;
}

}  // namespace

void print_output(std::string_view given) {
    const std::string safe = safe_lines(given);
    std::string_view text = safe;
    while (!text.empty()) {
        if (write_some(text, text.size())) continue;
        pollfd room{STDOUT_FILENO, POLLOUT, 0};
        ::poll(&room, 1, -1);
    }
}

void print_output(std::string_view text, std::chrono::milliseconds bound) {
    const auto until = std::chrono::steady_clock::now() + bound;
    if (!print_output_while([until] { return wait_for_room(STDOUT_FILENO, until); }, text)) {
        throw Failure(ExitStatus::InputOutput,
                      "writing to standard output: its reader has stopped; let it read on");
    }
}

bool print_output_while(const std::function<bool()>& wait_for_room, std::string_view given) {
    const std::string safe = safe_lines(given);
    std::string_view text = safe;
    while (!text.empty()) {
        if (!wait_for_room()) return false;
        static_cast<void>(write_some(text, kPieceBytes));
    }
    return true;
}

}  // namespace pipeline
