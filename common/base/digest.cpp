// SPDX-License-Identifier: Apache-2.0
#include "common/base/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <charconv>
#include <new>

namespace pipeline {

std::string to_text(const Digest& digest) {
    std::string text;
    text.reserve(2 * digest.size());
    for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
    return text;
}

std::optional<Digest> parse_digest(std::string_view text) noexcept {
    Digest digest{};
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const char* const end = text.data() + 2 * i + 2;
        const auto [behind, error] = std::from_chars(end - 2, end, digest[i], 16);
        if (error != std::errc{} || behind != end) return std::nullopt;
    }
    return digest;
}

namespace {

// The algorithm, fetched once: with EVP_sha256(), OpenSSL 3 looks it up by its name at each beginning of a
// digest, which takes longer than the digest of a row.
const EVP_MD* sha256() noexcept {
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    static const EVP_MD* const fetched = ::EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (fetched != nullptr) return fetched;
#endif
    return ::EVP_sha256();
}

}  // namespace

struct Sha256::Context {
    EVP_MD_CTX* handle = ::EVP_MD_CTX_new();

    Context() {
        if (handle == nullptr) throw std::bad_alloc();
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { ::EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    if (::EVP_DigestInit_ex(context_->handle, sha256(), nullptr) != 1) throw std::bad_alloc();
}

Sha256::Sha256(const Sha256& other) : context_(std::make_unique<Context>()) {
    *this = other;
}

Sha256& Sha256::operator=(const Sha256& other) {
    if (this == &other) return *this;
    if (::EVP_MD_CTX_copy_ex(context_->handle, other.context_->handle) != 1) throw std::bad_alloc();
    return *this;
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Sha256& Sha256::add(std::span<const std::byte> bytes) {
    if (::EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
    return *this;
}

Digest Sha256::digest() const {
    const Sha256 copy(*this);
    Digest digest{};
    if (::EVP_DigestFinal_ex(copy.context_->handle, digest.data(), nullptr) != 1) throw std::bad_alloc();
    return digest;
}

Digest Sha256::finish() {
    Digest digest{};
    if (::EVP_DigestFinal_ex(context_->handle, digest.data(), nullptr) != 1 ||
        ::EVP_DigestInit_ex(context_->handle, sha256(), nullptr) != 1)
        throw std::bad_alloc();
    return digest;
}

}  // namespace pipeline
