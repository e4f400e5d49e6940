// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_connection.hpp"

#include <fmt/format.h>
#include <nats/nats.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/printable.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;

// The server is asked after this silence whether it is there, twice.
constexpr std::int64_t kPingMs = 3000;
constexpr int kMostPings = 2;

template <auto function>
struct Destroy {
    template <class Object>
    void operator()(Object* object) const noexcept {
        function(object);
    }
};
using Options = std::unique_ptr<natsOptions, Destroy<natsOptions_Destroy>>;
using Message = std::unique_ptr<natsMsg, Destroy<natsMsg_Destroy>>;

void require(natsStatus status, const std::string& what) {
    if (status == NATS_OK) return;
    throw NatsTrouble(fmt::format("{}: {}", what, natsStatus_GetText(status)),
                      status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED);
}

std::string header_of(natsMsg* message, const char* name) {
    const char* value = nullptr;
    return natsMsgHeader_Get(message, name, &value) == NATS_OK && value != nullptr ? std::string(value)
                                                                                   : std::string();
}

std::string text_of(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

// The library calls these three on threads of its own.
void on_message(natsConnection*, natsSubscription*, natsMsg* raw, void* closure) noexcept {
    const Message message(raw);
    NatsMessage taken;
    taken.subject = text_of(natsMsg_GetSubject(raw));
    taken.reply = text_of(natsMsg_GetReply(raw));
    taken.data.assign(text_of(nullptr));
    if (natsMsg_GetDataLength(raw) > 0)
        taken.data.assign(natsMsg_GetData(raw), static_cast<std::size_t>(natsMsg_GetDataLength(raw)));
    taken.id = header_of(raw, "Nats-Msg-Id");
    if (taken.data.empty()) {
        taken.status = header_of(raw, "Status");
        taken.description = header_of(raw, "Description");
    }
    (*static_cast<NatsConnection::Handler*>(closure))(std::move(taken));
}
void on_complete(void* closure) noexcept {
    delete static_cast<NatsConnection::Handler*>(closure);
}
// Without a handler of ours the library writes to standard error.
void on_error(natsConnection*, natsSubscription*, natsStatus, void*) noexcept {}

// Text in a file would stay in memory; the library keeps its own copy anyway.
void set_credentials(natsOptions* options, const NatsSettings& settings) {
    const std::string what = "the settings of the connection";
    if (!settings.credentials.empty())
        require(natsOptions_SetUserCredentialsFromFiles(options, settings.credentials.c_str(), nullptr),
                what);
    if (!settings.user.empty()) {
        const std::string password = read_secret(settings.password_file, "NATS_PASSWORD_FILE");
        require(natsOptions_SetUserInfo(options, settings.user.c_str(), password.c_str()), what);
    }
    if (!settings.token_file.empty()) {
        const std::string token = read_secret(settings.token_file, "NATS_TOKEN_FILE");
        require(natsOptions_SetToken(options, token.c_str()), what);
    }
}

void set_tls(natsOptions* options, const std::string& server, const NatsSettings& settings) {
    require(natsOptions_SetSecure(options, true), "TLS");
    std::string host = server.substr(0, server.rfind(':'));
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    require(natsOptions_SetExpectedHostname(options, host.c_str()), "TLS");
    if (!settings.authorities.empty()) {
        require(natsOptions_LoadCATrustedCertificates(options, settings.authorities.c_str()),
                "NATS_CA " + printable(settings.authorities));
    }
    if (!settings.certificate.empty()) {
        require(
            natsOptions_LoadCertificatesChain(options, settings.certificate.c_str(), settings.key.c_str()),
            "NATS_CERT " + printable(settings.certificate));
    }
}

Options options_for(const std::string& server, const NatsSettings& settings, milliseconds timeout,
                    bool is_secure) {
    natsOptions* made = nullptr;
    require(natsOptions_Create(&made), "the settings of the connection");
    Options options(made);
    const auto set = [](natsStatus status) { require(status, "the settings of the connection"); };
    set(natsOptions_SetURL(made, ("nats://" + server).c_str()));
    set(natsOptions_SetName(made, "invoice-pipeline"));
    set(natsOptions_SetAllowReconnect(made, false));
    set(natsOptions_SetIgnoreDiscoveredServers(made, true));
    set(natsOptions_SetTimeout(made, timeout.count()));
    set(natsOptions_SetPingInterval(made, kPingMs));
    set(natsOptions_SetMaxPingsOut(made, kMostPings));
    set(natsOptions_SetWriteDeadline(made, milliseconds(NatsConnection::kWriteDeadline).count()));
    set(natsOptions_SetErrorHandler(made, on_error, nullptr));
    set_credentials(made, settings);
    if (is_secure) set_tls(made, server, settings);
    return options;
}

}  // namespace

struct NatsConnection::Parts {
    struct Subscription {
        natsSubscription* handle = nullptr;
        std::string subject;
        bool is_ending = false;
    };
    natsConnection* connection = nullptr;
    std::vector<Subscription> subscriptions;

    Parts() = default;
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts() {
        for (const Subscription& each : subscriptions) natsSubscription_Destroy(each.handle);
        natsConnection_Destroy(connection);
    }
};

NatsConnection::NatsConnection(const std::string& server, const NatsSettings& settings, milliseconds timeout)
    : parts_(std::make_unique<Parts>()) {
    Options options = options_for(server, settings, timeout, settings.wants_tls());
    natsStatus status = natsConnection_Connect(&parts_->connection, options.get());
    if (status == NATS_SECURE_CONNECTION_REQUIRED && !settings.wants_tls()) {
        options = options_for(server, settings, timeout, true);
        status = natsConnection_Connect(&parts_->connection, options.get());
    }
    if (status != NATS_OK) parts_->connection = nullptr;
    require(status, server);
}

NatsConnection::~NatsConnection() = default;

std::string NatsConnection::new_inbox() {
    natsInbox* made = nullptr;
    require(natsInbox_Create(&made), "an inbox");
    std::string inbox(made);
    natsInbox_Destroy(made);
    return inbox;
}

void NatsConnection::subscribe(const std::string& subject, Handler handler) {
    auto owned = std::make_unique<Handler>(std::move(handler));
    natsSubscription* made = nullptr;
    require(natsConnection_Subscribe(&made, parts_->connection, subject.c_str(), on_message, owned.get()),
            "subscribing");
    parts_->subscriptions.push_back({made, subject});
    // From here on the library says when it needs the handler no more, which is after this object's end.
    if (natsSubscription_SetOnCompleteCB(made, on_complete, owned.get()) == NATS_OK) {
        static_cast<void>(owned.release());
    } else {
        static_cast<void>(owned.release());  // the connection was closed meanwhile: better kept than used
        throw NatsTrouble("subscribing: the connection is closed", false);
    }
    require(natsSubscription_SetPendingLimits(made, -1, -1), "subscribing");
}

void NatsConnection::unsubscribe(const std::string& subject) {
    std::erase_if(parts_->subscriptions, [](const Parts::Subscription& each) {
        const bool is_over = each.is_ending && !natsSubscription_IsValid(each.handle);
        if (is_over) natsSubscription_Destroy(each.handle);
        return is_over;
    });
    for (Parts::Subscription& each : parts_->subscriptions) {
        if (each.subject != subject || each.is_ending) continue;
        each.is_ending = true;
        static_cast<void>(
            natsSubscription_DrainTimeout(each.handle, milliseconds(std::chrono::seconds(30)).count()));
    }
}

bool NatsConnection::await_unsubscribed(milliseconds bound) {
    return std::all_of(parts_->subscriptions.begin(), parts_->subscriptions.end(), [&](const auto& each) {
        if (!each.is_ending) return true;
        const natsStatus status =
            natsSubscription_WaitForDrainCompletion(each.handle, std::max<std::int64_t>(bound.count(), 1));
        return status != NATS_TIMEOUT;
    });
}

bool NatsConnection::publish(const std::string& subject, std::string_view data, const std::string& reply) {
    const auto length = static_cast<int>(data.size());
    const natsStatus status =
        reply.empty() ? natsConnection_Publish(parts_->connection, subject.c_str(), data.data(), length)
                      : natsConnection_PublishRequest(parts_->connection, subject.c_str(), reply.c_str(),
                                                      data.data(), length);
    return status == NATS_OK;
}

bool NatsConnection::flush(milliseconds bound) {
    return natsConnection_FlushTimeout(parts_->connection, std::max<std::int64_t>(bound.count(), 1)) ==
           NATS_OK;
}

bool NatsConnection::is_closed() const {
    return natsConnection_IsClosed(parts_->connection);
}

std::string NatsConnection::last_error() const {
    const char* text = nullptr;
    const natsStatus status = natsConnection_GetLastError(parts_->connection, &text);
    if (status == NATS_OK && (text == nullptr || *text == '\0')) return {};
    return safe_line(text == nullptr || *text == '\0' ? natsStatus_GetText(status) : text);
}

}  // namespace pipeline
