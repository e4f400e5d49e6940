// SPDX-License-Identifier: Apache-2.0
// The secret of --token-file, which a request must have. A program sends it as a bearer token (RFC 6750). A
// browser sends it as the password of any user (RFC 7617), and asks its own user for it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"

namespace pipeline {

class Token {
  public:
    static constexpr std::size_t kLeast = 16;  // characters
    static constexpr std::size_t kMost = 1024;

    // Reads the file's only line. Throws Failure: NoInput if the file cannot be read; Configuration if others
    // can read it, or if it does not hold kLeast to kMost letters, digits and signs of ASCII.
    [[nodiscard]] static Token read(const std::filesystem::path& file);
    explicit Token(std::string_view text);

    // True if the value of the header Authorization has the token. The time that this takes says nothing of
    // the token.
    [[nodiscard]] bool is_in(std::string_view authorization) const;

  private:
    [[nodiscard]] bool is_same(std::string_view text) const;
    Digest digest_;
};

}  // namespace pipeline
