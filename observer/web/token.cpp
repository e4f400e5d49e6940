// SPDX-License-Identifier: Apache-2.0
#include "observer/web/token.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

Digest digest_of(std::string_view text) {
    Sha256 hash;
    return hash.add(text).digest();
}

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view what) {
    throw Failure(ExitStatus::Configuration,
                  fmt::format("--token-file {}: {}", printable(file.native()), what));
}

bool is_of_token(char c) noexcept {
    return c > ' ' && c <= '~';
}

// True if the words differ at most in the case of letters of ASCII. `small` has small letters.
bool is_word(std::string_view word, std::string_view small) noexcept {
    return std::equal(word.begin(), word.end(), small.begin(), small.end(),
                      [](char one, char other) { return (one | 0x20) == other; });
}

// Decodes base64 (RFC 4648) up to its padding; none if it is something else.
std::optional<std::string> from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char c : text) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xffffU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
    }
    return bytes;
}

}  // namespace

Token::Token(std::string_view text) : digest_(digest_of(text)) {}

Token Token::read(const std::filesystem::path& file) {
    const auto fail = [&] {
        return system_failure(ExitStatus::NoInput, "--token-file", printable(file.native()), errno);
    };
    // A FIFO must not make the observer wait.
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) throw fail();
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) throw fail();
    if (!S_ISREG(status.st_mode)) refuse(file, "it is not a regular file; name one");
    if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        refuse(file,
               fmt::format("others may read or change it (mode {:04o}); chmod 600 it, or 640 for a group",
                           status.st_mode & 07777U));
    }
    std::array<char, kMost + 3> buffer{};
    const auto size = ::read(fd.get(), buffer.data(), buffer.size());
    if (size < 0) throw fail();
    std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.size() < kLeast || text.size() > kMost || !std::all_of(text.begin(), text.end(), is_of_token)) {
        refuse(file, fmt::format("one line of {} to {} letters, digits and signs of ASCII without blanks is "
                                 "accepted, such as `openssl rand -hex 32` prints",
                                 kLeast, kMost));
    }
    return Token(text);
}

// Compares digests, so the time says nothing of how much of the token is right, nor how long it is.
bool Token::is_same(std::string_view text) const {
    const Digest other = digest_of(text);
    unsigned difference = 0;
    for (std::size_t i = 0; i < digest_.size(); ++i)
        difference |= static_cast<unsigned>(digest_[i]) ^ static_cast<unsigned>(other[i]);
    return difference == 0;
}

bool Token::is_in(std::string_view authorization) const {
    const auto blank = authorization.find(' ');
    if (blank == std::string_view::npos) return false;
    const std::string_view scheme = authorization.substr(0, blank);
    std::string_view rest = authorization.substr(blank + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (is_word(scheme, "bearer")) return is_same(rest);
    if (!is_word(scheme, "basic")) return false;
    const auto user_and_password = from_base64(rest);
    if (!user_and_password) return false;
    const auto colon = user_and_password->find(':');
    return colon != std::string::npos && is_same(std::string_view(*user_and_password).substr(colon + 1));
}

}  // namespace pipeline
