// SPDX-License-Identifier: Apache-2.0
// What a service manager is told, by a socket that takes systemd's place.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

#if WITH_SYSTEMD

namespace {

// Listens as a service manager does.
class Manager {
  public:
    explicit Manager(const PipelineRun& run) : path_(run.directory() / "notify") {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path_.size() < sizeof address.sun_path);
        std::copy(path_.begin(), path_.end(), address.sun_path);
        REQUIRE(socket_);
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }

    // For the child, before it is the supervisor.
    [[nodiscard]] std::function<void()> environment(const std::string& watchdog_usec = {}) const {
        return [path = path_, watchdog_usec] {
            ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
            if (!watchdog_usec.empty()) ::setenv("WATCHDOG_USEC", watchdog_usec.c_str(), 1);
        };
    }

    // True once the line, or one that begins with it, has been said since the last question.
    bool hears(const std::string& line, std::chrono::milliseconds deadline = kDeadline) {
        INFO("not said: " << line << "; said: " << all_);
        return eventually(
            [&] {
                take();
                const auto at = all_.find("\n" + line, asked_);
                if (at == std::string::npos) return false;
                asked_ = at + 1;
                return true;
            },
            deadline);
    }
    [[nodiscard]] std::string said() {
        take();
        return all_;
    }

  private:
    void take() {
        std::array<char, 4096> message{};
        ssize_t bytes = 0;
        while ((bytes = ::recv(socket_.get(), message.data(), message.size(), MSG_DONTWAIT)) > 0)
            all_.append(message.data(), static_cast<std::size_t>(bytes));
    }

    std::string path_;
    UniqueFd socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    std::string all_ = "\n";
    std::size_t asked_ = 0;
};

}  // namespace

TEST_CASE("a service manager is told of the start, the state and the drain, in that order") {
    PipelineRun run;
    Manager manager(run);
    auto supervisor = run.start_in(manager.environment("1000000"),
                                   {"--consumers", "2", "--source", "sequence:5", "--process", "none"});
    CHECK(manager.hears("EXTEND_TIMEOUT_USEC="));
    CHECK(manager.hears("STATUS=waiting for what an earlier supervisor has left"));
    CHECK(manager.hears("READY=1"));
    CHECK(manager.hears("WATCHDOG=1"));
    CHECK(manager.hears("STATUS=0/s, 0 in flight; 5 booked, 0 rejected, 0 failed, 0 waiting, 0 duplicates"));
    CHECK(manager.hears("WATCHDOG=1"));  // an idle one is alive
    supervisor.send(SIGTERM);
    CHECK(manager.hears("STOPPING=1"));
    CHECK(supervisor.wait() == 0);
    const std::string all = manager.said();
    INFO(all);
    CHECK(all.find("STOPPING=1") > all.find("READY=1"));
    run.require_nothing_left();
}

TEST_CASE("while a drain lasts, the service manager is asked for more time again and again") {
    PipelineRun run;
    Manager manager(run);
    auto supervisor = run.start_in(
        manager.environment(), {"--consumers", "1", "--source", "sequence:6", "--process", "simulate:1s"});
    REQUIRE(manager.hears("READY=1"));
    REQUIRE(eventually([&] { return run.acquired() == 6; }));
    supervisor.send(SIGTERM);
    CHECK(manager.hears("STOPPING=1\nEXTEND_TIMEOUT_USEC=15000000"));
    CHECK(manager.hears("STATUS=draining: "));
    CHECK(manager.hears("EXTEND_TIMEOUT_USEC=15000000"));
    CHECK(supervisor.wait() == 0);
    CHECK(manager.said().find("WATCHDOG") == std::string::npos);  // nobody asked for it
    run.require_nothing_left();
}

TEST_CASE("a pipeline that is done at once has been ready, for the service manager too") {
    PipelineRun run;
    Manager manager(run);
    auto supervisor = run.start_in(
        manager.environment(), {"--consumers", "1", "--once", "--source", "sequence:1", "--process", "none"});
    CHECK(supervisor.wait() == 0);
    CHECK(manager.hears("READY=1", std::chrono::milliseconds(0)));
    CHECK(manager.hears("STOPPING=1", std::chrono::milliseconds(0)));
    run.require_nothing_left();
}

#else

TEST_CASE("without libsystemd nobody is told anything") {
    WARN("not run: this build is without systemd (-Dsystemd)");
}

#endif
