// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_settings.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMostSecretBytes = 4096;

std::string value_of(const Environment& environment, const char* variable) {
    const char* const value = environment(variable);
    return value == nullptr ? std::string() : std::string(value);
}

[[noreturn]] void refuse(const std::string& message) {
    throw Failure(ExitStatus::Configuration, message);
}

void require_file(const std::string& file, const char* variable) {
    if (file.empty() || ::access(file.c_str(), R_OK) == 0) return;
    throw system_failure(ExitStatus::Configuration, std::string("reading ") + variable, file, errno,
                         "name a file that this user can read");
}

}  // namespace

NatsSettings nats_settings(const Environment& environment) {
    for (const char* variable : {"NATS_PASSWORD", "NATS_TOKEN"}) {
        if (!value_of(environment, variable).empty())
            refuse(
                fmt::format("{0} holds a secret, which programs of --process would inherit: put it into a "
                            "file, and name that by {0}_FILE",
                            variable));
    }
    NatsSettings settings;
    settings.credentials = value_of(environment, "NATS_CREDS");
    settings.authorities = value_of(environment, "NATS_CA");
    settings.certificate = value_of(environment, "NATS_CERT");
    settings.key = value_of(environment, "NATS_KEY");
    settings.user = value_of(environment, "NATS_USER");
    settings.password_file = value_of(environment, "NATS_PASSWORD_FILE");
    settings.token_file = value_of(environment, "NATS_TOKEN_FILE");
    if (settings.certificate.empty() != settings.key.empty())
        refuse("NATS_CERT and NATS_KEY go together: name a certificate and its key");
    if (settings.user.empty() != settings.password_file.empty())
        refuse("NATS_USER and NATS_PASSWORD_FILE go together: name a user, and a file with the password");
    require_file(settings.credentials, "NATS_CREDS");
    require_file(settings.authorities, "NATS_CA");
    require_file(settings.certificate, "NATS_CERT");
    require_file(settings.key, "NATS_KEY");
    require_file(settings.password_file, "NATS_PASSWORD_FILE");
    require_file(settings.token_file, "NATS_TOKEN_FILE");
    return settings;
}

std::string read_secret(const std::string& file, const char* variable) {
    const std::string call = std::string("reading ") + variable;
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    std::array<char, kMostSecretBytes> bytes{};
    const ssize_t count = fd ? ::read(fd.get(), bytes.data(), bytes.size()) : -1;
    if (count < 0) {
        throw system_failure(ExitStatus::Configuration, call, file, errno,
                             "name a file that this user can read");
    }
    std::string secret(bytes.data(), static_cast<std::size_t>(count));
    secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
    if (secret.empty()) refuse(fmt::format("{} {}: its first line is empty", call, file));
    return secret;
}

}  // namespace pipeline
