// SPDX-License-Identifier: Apache-2.0
#include "tests/nats/nats_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <nats/nats.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    ::close(fd);
    return ntohs(address.sin_port);
}

void ignore_error(natsConnection*, natsSubscription*, natsStatus, void*) {}

}  // namespace

struct NatsServer::Client {
    natsConnection* connection = nullptr;
    Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { natsConnection_Destroy(connection); }
};

NatsServer::NatsServer(std::string more, std::string user, std::string password)
    : user_(std::move(user)), password_(std::move(password)) {
    constexpr int kTries = 10;
    for (int tries = 0; tries < kTries; ++tries) {
        port_ = free_port();
        folder_.write("nats.conf",
                      fmt::format("listen: 127.0.0.1:{}\njetstream {{ store_dir: \"{}\" }}\n{}\n", port_,
                                  (folder_ / "store").c_str(), more));
        process_.emplace(std::vector<std::string>{NATS_SERVER_PROGRAM, "-c", folder_ / "nats.conf"},
                         folder_.path(), fmt::format("server{}", ++starts_));
        // Another program may have taken the port meanwhile: the server then ends.
        if (eventually([&] {
                client_ = std::make_unique<Client>();
                connect();
                return client_->connection != nullptr || !process_->is_running();
            }) &&
            process_->is_running())
            return;
    }
    FAIL("nats-server does not start: " << process_->err());
}

NatsServer::~NatsServer() {
    client_.reset();
}

std::string NatsServer::source(const std::string& stream, const std::string& consumer) const {
    return fmt::format("nats://127.0.0.1:{}/{}/{}", port_, stream, consumer);
}

pid_t NatsServer::pid() const {
    return process_->pid();
}

void NatsServer::connect() {
    natsOptions* options = nullptr;
    REQUIRE(natsOptions_Create(&options) == NATS_OK);
    const std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)> owned(options, natsOptions_Destroy);
    REQUIRE(natsOptions_SetURL(options, fmt::format("nats://127.0.0.1:{}", port_).c_str()) == NATS_OK);
    REQUIRE(natsOptions_SetAllowReconnect(options, false) == NATS_OK);
    REQUIRE(natsOptions_SetErrorHandler(options, ignore_error, nullptr) == NATS_OK);
    if (!user_.empty())
        REQUIRE(natsOptions_SetUserInfo(options, user_.c_str(), password_.c_str()) == NATS_OK);
    if (natsConnection_Connect(&client_->connection, options) != NATS_OK) client_->connection = nullptr;
}

void NatsServer::kill() {
    client_ = std::make_unique<Client>();
    if (!process_ || !process_->is_running()) return;
    process_->send(SIGKILL);
    static_cast<void>(process_->wait());
}

void NatsServer::start() {
    process_.emplace(std::vector<std::string>{NATS_SERVER_PROGRAM, "-c", folder_ / "nats.conf"},
                     folder_.path(), fmt::format("server{}", ++starts_));
    const bool is_up = eventually([&] {
        client_ = std::make_unique<Client>();
        connect();
        return client_->connection != nullptr;
    });
    INFO(process_->err());
    REQUIRE(is_up);
}

void NatsServer::stop() {
    kill();
    process_.reset();
}

std::string NatsServer::ask(const std::string& subject, const std::string& json) {
    natsMsg* reply = nullptr;
    if (client_->connection == nullptr ||
        natsConnection_RequestString(&reply, client_->connection, subject.c_str(), json.c_str(), 5000) !=
            NATS_OK)
        return {};
    std::string answer(natsMsg_GetData(reply), static_cast<std::size_t>(natsMsg_GetDataLength(reply)));
    natsMsg_Destroy(reply);
    return answer;
}

void NatsServer::make_stream(const std::string& name, const std::string& more) {
    const auto answer = ask("$JS.API.STREAM.CREATE." + name,
                            fmt::format(R"({{"name":"{0}","subjects":["{0}"],"num_replicas":1,)"
                                        R"("max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"storage":"file",)"
                                        R"("retention":"limits","discard":"old"{1}}})",
                                        name, more));
    INFO(answer);
    REQUIRE(answer.find("\"error\"") == std::string::npos);
    REQUIRE_FALSE(answer.empty());
}

void NatsServer::delete_stream(const std::string& name) {
    REQUIRE(ask("$JS.API.STREAM.DELETE." + name, "").find("\"success\":true") != std::string::npos);
}

void NatsServer::make_consumer(const std::string& stream, const std::string& name,
                               const std::string& config) {
    const auto answer = ask(fmt::format("$JS.API.CONSUMER.DURABLE.CREATE.{}.{}", stream, name),
                            fmt::format(R"({{"stream_name":"{}","config":{{"durable_name":"{}",)"
                                        R"("deliver_policy":"all","replay_policy":"instant",{}}}}})",
                                        stream, name, config));
    INFO(answer);
    REQUIRE(answer.find("\"error\"") == std::string::npos);
    REQUIRE_FALSE(answer.empty());
}

void NatsServer::make_good_consumer(const std::string& stream, const std::string& name,
                                    std::uint64_t ack_wait_s, std::uint64_t max_ack_pending) {
    make_consumer(
        stream, name,
        fmt::format(R"("ack_policy":"explicit","max_deliver":-1,"ack_wait":{},"max_ack_pending":{})",
                    ack_wait_s * 1'000'000'000, max_ack_pending));
}

void NatsServer::delete_consumer(const std::string& stream, const std::string& name) {
    REQUIRE(ask(fmt::format("$JS.API.CONSUMER.DELETE.{}.{}", stream, name), "").find("\"success\":true") !=
            std::string::npos);
}

void NatsServer::publish(const std::string& stream, const std::string& data, const std::string& id) {
    natsMsg* message = nullptr;
    REQUIRE(natsMsg_Create(&message, stream.c_str(), nullptr, data.data(), static_cast<int>(data.size())) ==
            NATS_OK);
    const std::unique_ptr<natsMsg, decltype(&natsMsg_Destroy)> owned(message, natsMsg_Destroy);
    if (!id.empty()) REQUIRE(natsMsgHeader_Set(message, "Nats-Msg-Id", id.c_str()) == NATS_OK);
    REQUIRE(natsConnection_PublishMsg(client_->connection, message) == NATS_OK);
}

void NatsServer::publish_numbers(const std::string& stream, std::uint64_t from, std::uint64_t to) {
    const auto last_of = [&] {
        const auto answer = nlohmann::json::parse(ask("$JS.API.STREAM.INFO." + stream, ""), nullptr, false);
        return answer.is_object() && answer.contains("state") ? answer["state"].value("last_seq", 0UL) : 0UL;
    };
    const auto before = last_of();
    for (auto number = from; number <= to; ++number)
        publish(stream, "body of " + std::to_string(number), std::to_string(number));
    flush();
    REQUIRE(eventually([&] { return last_of() == before + (to - from + 1); }));
}

void NatsServer::flush() {
    REQUIRE(natsConnection_FlushTimeout(client_->connection, 60'000) == NATS_OK);
}

std::optional<ConsumerInfo> NatsServer::consumer(const std::string& stream, const std::string& name) {
    return read_consumer_info(ask(fmt::format("$JS.API.CONSUMER.INFO.{}.{}", stream, name), "")).info;
}

std::uint64_t NatsServer::messages(const std::string& stream) {
    const auto answer = nlohmann::json::parse(ask("$JS.API.STREAM.INFO." + stream, ""), nullptr, false);
    REQUIRE(answer.is_object());
    REQUIRE(answer.contains("state"));
    return answer["state"].value("messages", 0UL);
}

bool NatsServer::is_done(const std::string& stream, const std::string& name) {
    const auto info = consumer(stream, name);
    return info && info->pending == 0 && info->unacknowledged == 0;
}

}  // namespace pipeline::test
