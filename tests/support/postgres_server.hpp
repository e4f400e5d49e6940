// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server of a test's own, in a scratch directory. It listens on a free port of 127.0.0.1, lets
// everybody in without a password, and ends with the test, however that ends.
//
// The server does not call fsync(2): what it has committed survives the death of its processes, and no power
// cut. It refuses to run as root, so a test that does gives it to the user postgres.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace pipeline::test {

class PostgresServer {
  public:
    // The folder of the newest server's programs; none if no server is installed.
    [[nodiscard]] static std::optional<std::filesystem::path> programs();

    // Makes the databases' files and starts the server. `options` are given to each start, such as
    // {"-c", "max_connections=20"}. Fails the test if that does not succeed.
    explicit PostgresServer(std::vector<std::string> options = {});
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    // Ends the server and removes its files.
    ~PostgresServer();

    // Starts a server that has ended, on the same port, and waits until it takes connections.
    void start();
    // Ends all its processes at once, as a crash would, and waits for that. start() recovers.
    void crash() { end(SIGQUIT); }
    // Ends it in order: it breaks off what is running.
    void stop() { end(SIGINT); }

    // Makes an empty database with this name, and returns its URL.
    std::string make_database(const std::string& name);
    [[nodiscard]] std::string url(const std::string& database = "postgres") const;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] pid_t pid() const noexcept { return process_ == nullptr ? -1 : process_->pid(); }
    // The server's log since its last start.
    [[nodiscard]] std::string log() const;

  private:
    void end(int signal) noexcept;
    [[nodiscard]] bool try_start();

    std::filesystem::path programs_;
    std::vector<std::string> options_;
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Process> process_;
};

// The server of this test program: the first call starts it. Null if no server is installed, and then says
// that the test is skipped.
[[nodiscard]] PostgresServer* postgres_server();

}  // namespace pipeline::test
