// SPDX-License-Identifier: Apache-2.0
// A nats-server of one test, with JetStream, on a free port of loopback, and what a test does there as
// another client: makes streams and consumers, publishes, looks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "producer/sources/nats/nats_info.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace pipeline::test {

class NatsServer {
  public:
    // `more`: lines of its configuration. `user` and `password`: of this client, if the server wants them.
    explicit NatsServer(std::string more = {}, std::string user = {}, std::string password = {});
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;
    ~NatsServer();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string source(const std::string& stream, const std::string& consumer) const;
    [[nodiscard]] pid_t pid() const;
    // kill -9; what it has stored stays.
    void kill();
    // Starts it again, on the same port, and waits until it answers.
    void start();
    // Ends it; the test is over.
    void stop();

    // Makes a stream of the subject `name`. `more`: members of its configuration, that begin with a comma.
    void make_stream(const std::string& name, const std::string& more = {});
    void delete_stream(const std::string& name);
    // Makes a durable consumer; `config`: members of its configuration.
    void make_consumer(const std::string& stream, const std::string& name, const std::string& config);
    // One as a pipeline needs it.
    void make_good_consumer(const std::string& stream, const std::string& name, std::uint64_t ack_wait_s = 30,
                            std::uint64_t max_ack_pending = 20'000);
    void delete_consumer(const std::string& stream, const std::string& name);
    // Publishes to the subject `stream`; `id`: its Nats-Msg-Id; empty: none.
    void publish(const std::string& stream, const std::string& data, const std::string& id = {});
    // Publishes so many with the ids 1, 2, 3 ..., and waits until the stream has them.
    void publish_numbers(const std::string& stream, std::uint64_t from, std::uint64_t to);
    // Returns once the server has read all that was published.
    void flush();

    [[nodiscard]] std::optional<ConsumerInfo> consumer(const std::string& stream, const std::string& name);
    [[nodiscard]] std::uint64_t messages(const std::string& stream);
    // True if nothing is pending and nothing unacknowledged.
    [[nodiscard]] bool is_done(const std::string& stream, const std::string& name);
    // The server's answer to a request of the API; empty if there is none.
    std::string ask(const std::string& subject, const std::string& json);

  private:
    struct Client;
    void connect();

    TemporaryFolder folder_;
    std::string user_;
    std::string password_;
    std::uint16_t port_ = 0;
    int starts_ = 0;
    std::optional<Process> process_;
    std::unique_ptr<Client> client_;
};

}  // namespace pipeline::test
