// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pipeline {

using Digest = std::array<std::uint8_t, 32>;

// Convert a digest to 64 lower-case hexadecimal digits, and back. parse_digest() returns none for a text that
// is not 64 hexadecimal digits.
[[nodiscard]] std::string to_text(const Digest& digest);
[[nodiscard]] std::optional<Digest> parse_digest(std::string_view text) noexcept;

// Computes the digest of bytes that are added piece by piece. A copy starts with the bytes added so far; from
// then on, original and copy are independent. Throws std::bad_alloc.
class Sha256 {
  public:
    Sha256();
    Sha256(const Sha256& other);
    Sha256& operator=(const Sha256& other);
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    Sha256& add(std::span<const std::byte> bytes);
    Sha256& add(std::string_view bytes) { return add(std::as_bytes(std::span(bytes))); }
    Sha256& add(const Digest& digest) { return add(std::as_bytes(std::span(digest))); }

    // Returns the digest of the bytes added so far. The caller may add more afterwards.
    [[nodiscard]] Digest digest() const;
    // Returns the digest of the bytes added so far, and begins anew. Many short digests cost half as much
    // with this as with an object for each.
    [[nodiscard]] Digest finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace pipeline
