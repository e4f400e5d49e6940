// SPDX-License-Identifier: Apache-2.0
// How to prove to a NATS server who this is, and how to check who the server is: NATS_* variables, with the
// names that the nats command has. They name files: no secret is in a variable, in a command line or in
// memory that others see.
#pragma once

#include <string>

#include "common/cli/directories.hpp"

namespace pipeline {

struct NatsSettings {
    std::string credentials;  // NATS_CREDS: a file with a JWT and a key
    std::string authorities;  // NATS_CA: a file with certificates (PEM) that the server's is checked by
    std::string certificate;  // NATS_CERT and NATS_KEY: files of this client
    std::string key;
    std::string user;           // NATS_USER
    std::string password_file;  // NATS_PASSWORD_FILE
    std::string token_file;     // NATS_TOKEN_FILE

    [[nodiscard]] bool wants_tls() const noexcept { return !authorities.empty() || !certificate.empty(); }
};

// Reads the variables. Throws Failure Configuration if one is missing that another one needs, or if one holds
// a secret itself (NATS_PASSWORD, NATS_TOKEN).
[[nodiscard]] NatsSettings nats_settings(const Environment& environment);

// Returns the first line of a file that holds a secret. Throws Failure Configuration, whose message names the
// file and the variable.
[[nodiscard]] std::string read_secret(const std::string& file, const char* variable);

}  // namespace pipeline
