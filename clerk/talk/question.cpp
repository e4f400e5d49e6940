// SPDX-License-Identifier: Apache-2.0
#include "clerk/talk/question.hpp"

#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/output.hpp"

namespace pipeline {
namespace {

// Reads a line from the terminal. Keeps its beginning only: a longer answer is none that is accepted.
std::string read_line() {
    constexpr std::size_t kMost = 100;
    std::string line;
    for (char c = 0;;) {
        const auto length = ::read(STDIN_FILENO, &c, 1);
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0 || c == '\n') return line;
        if (line.size() < kMost) line += c;
    }
}

}  // namespace

bool is_agreed(const std::string& would, bool yes) {
    print_output(would);
    if (yes) return true;
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
        throw Failure(
            ExitStatus::Usage,
            "nothing was changed: without a terminal to ask on, --yes must say that it may be done");
    }
    print_output("Go on? [y/N] ");
    const std::string answer = read_line();
    return answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes" || answer == "YES";
}

}  // namespace pipeline
