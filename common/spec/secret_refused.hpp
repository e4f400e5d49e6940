// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace pipeline {

// The text of an option has a secret in it: no message may show that text. what() says what is accepted.
class SecretRefused : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

}  // namespace pipeline
