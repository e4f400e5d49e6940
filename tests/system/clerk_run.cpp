// SPDX-License-Identifier: Apache-2.0
#include "tests/system/clerk_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/text.hpp"

namespace pipeline::test {

std::vector<std::string> clerk_command(const PipelineRun& run, const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{CLERK_PROGRAM,   "--name",
                                  run.name(),      "--state-dir",
                                  run.directory(), "--runtime-dir=" + run.directory().string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
}

ClerkAnswer ask_clerk(const PipelineRun& run, std::vector<std::string> arguments, bool ledger) {
    static int asked = 0;
    if (ledger) arguments.insert(arguments.begin(), "--ledger=sqlite:" + run.ledger().string());
    Process clerk(clerk_command(run, arguments), run.directory(), fmt::format("clerk{}", ++asked));
    const int status = clerk.wait();
    return {status, clerk.out(), clerk.err()};
}

std::string clerk_says(const PipelineRun& run, const std::vector<std::string>& arguments, bool ledger) {
    const ClerkAnswer answer = ask_clerk(run, arguments, ledger);
    INFO(answer.err);
    CHECK(answer.status == 0);
    return answer.out;
}

ClerkAnswer ask_on_terminal(const PipelineRun& run, const std::vector<std::string>& arguments,
                            const std::string& answer) {
    const UniqueFd screen(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(screen);
    REQUIRE(::grantpt(screen.get()) == 0);
    REQUIRE(::unlockpt(screen.get()) == 0);
    const std::string name = ::ptsname(screen.get());
    const UniqueFd terminal(::open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(terminal);
    Process clerk(clerk_command(run, arguments), run.directory(), "asking", -1, [&] {
        ::dup2(terminal.get(), STDIN_FILENO);
        ::dup2(terminal.get(), STDOUT_FILENO);
    });
    REQUIRE(::fcntl(screen.get(), F_SETFL, O_NONBLOCK) == 0);
    std::string shown;
    const auto read_on = [&] {
        std::array<char, 4096> text{};
        for (ssize_t size = 0; (size = ::read(screen.get(), text.data(), text.size())) > 0;)
            shown.append(text.data(), static_cast<std::size_t>(size));
    };
    const bool is_asked = eventually([&] {
        read_on();
        return mentions(shown, "Go on? [y/N] ") || !clerk.is_running();
    });
    INFO(shown << clerk.err());
    REQUIRE(is_asked);
    const std::string line = answer + "\n";
    REQUIRE(::write(screen.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    const int status = clerk.wait();
    read_on();
    return {status, shown, clerk.err()};
}

}  // namespace pipeline::test
