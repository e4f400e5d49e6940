// SPDX-License-Identifier: Apache-2.0
// A connection to one NATS server, by libnats: the only file that includes its header. The library's own
// reconnecting is off: who has the connection makes another one when it is closed.
//
// Waits: the constructor for `timeout`, and for the name service; publish() for kWriteDeadline if the server
// does not read; flush() and drain as long as the caller says. So a thread of its own has the connection, not
// the producer's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "producer/sources/nats/nats_settings.hpp"

namespace pipeline {

// A message that was delivered, or a status of the server.
struct NatsMessage {
    std::string subject;
    std::string reply;
    std::string data;
    std::string id;             // its header Nats-Msg-Id; empty: it has none
    std::string status;         // of the server: "100", "408"; empty: it is a message
    std::string description;    // of the status
    std::uint64_t session = 0;  // for who has the connection: which one it came by
};

// A connection that cannot be made. what() is one line.
class NatsTrouble : public std::runtime_error {
  public:
    NatsTrouble(const std::string& what, bool is_denied) : std::runtime_error(what), is_denied_(is_denied) {}
    // The server does not accept who this is.
    [[nodiscard]] bool is_denied() const noexcept { return is_denied_; }

  private:
    bool is_denied_;
};

class NatsConnection {
  public:
    static constexpr std::chrono::seconds kWriteDeadline{2};
    // The library calls it, on a thread of its own, for each message; also still while a subscription ends.
    using Handler = std::function<void(NatsMessage)>;

    // Connects to `server`, "HOST:PORT". Throws NatsTrouble; Failure if a file of `settings` cannot be read.
    NatsConnection(const std::string& server, const NatsSettings& settings,
                   std::chrono::milliseconds timeout);
    NatsConnection(const NatsConnection&) = delete;
    NatsConnection& operator=(const NatsConnection&) = delete;
    ~NatsConnection();

    // Returns a subject that nobody else has.
    [[nodiscard]] static std::string new_inbox();
    // The handler gets all messages on `subject`, which may end with "*". The library keeps what the handler
    // has not taken, without a limit: bound what you ask for. Throws NatsTrouble.
    void subscribe(const std::string& subject, Handler handler);
    // Ends all subscriptions to `subject`: what the server has sent until it knows that still comes. Returns
    // at once.
    void unsubscribe(const std::string& subject);
    // Waits until all has come that unsubscribe() says. Returns false if that takes longer than `bound`.
    bool await_unsubscribed(std::chrono::milliseconds bound);

    // Publishes; `reply` may be empty. Returns false if the connection is closed.
    bool publish(const std::string& subject, std::string_view data, const std::string& reply = {});
    // Returns true once the server has read all that was published.
    bool flush(std::chrono::milliseconds bound);
    [[nodiscard]] bool is_closed() const;
    // Returns what the connection has last failed with, one line; empty: nothing.
    [[nodiscard]] std::string last_error() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace pipeline
