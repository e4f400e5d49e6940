// SPDX-License-Identifier: Apache-2.0
#include "consumer/xml/single_byte_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pipeline {
namespace {

constexpr std::size_t kLongestName = 40;

// A conversion to Unicode characters in the machine's byte order.
class Conversion {
  public:
    explicit Conversion(const std::string& name) noexcept
        : handle_(::iconv_open(kCharacters, name.c_str())) {}
    Conversion(const Conversion&) = delete;
    Conversion& operator=(const Conversion&) = delete;
    ~Conversion() {
        if (is_open()) ::iconv_close(handle_);
    }

    // NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX has it so
    [[nodiscard]] bool is_open() const noexcept { return handle_ != reinterpret_cast<iconv_t>(-1); }

    // Returns the characters that the one byte stands for: one, none, or more than one. More than one, too,
    // if the byte only begins a character.
    std::size_t convert(unsigned char byte, std::array<char32_t, 4>& characters) noexcept {
        ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
        char from = static_cast<char>(byte);
        char* in = &from;
        std::size_t left = 1;
        auto* out = reinterpret_cast<char*>(characters.data());
        std::size_t room = sizeof characters;
        const std::size_t result = ::iconv(handle_, &in, &left, &out, &room);
        if (result == static_cast<std::size_t>(-1) && errno == EILSEQ) return 0;
        if (left != 0 || result != 0) return characters.size();
        ::iconv(handle_, nullptr, nullptr, &out, &room);  // a character may be held back
        return characters.size() - room / sizeof(char32_t);
    }

  private:
    static constexpr const char* kCharacters =
        __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "UTF-32LE" : "UTF-32BE";
    iconv_t handle_;
};

std::optional<ByteCharacters> characters_of(const std::string& name) {
    Conversion conversion(name);
    if (!conversion.is_open()) return std::nullopt;
    ByteCharacters bytes;
    for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
        std::array<char32_t, 4> characters{};
        const std::size_t count = conversion.convert(static_cast<unsigned char>(byte), characters);
        if (count > 1) return std::nullopt;
        bytes[byte] = count == 0 || characters[0] > 0xffff ? -1 : static_cast<int>(characters[0]);
        const bool is_ascii = byte < 0x80;
        if (is_ascii && bytes[byte] != static_cast<int>(byte)) return std::nullopt;
    }
    return bytes;
}

}  // namespace

std::optional<ByteCharacters> single_byte_encoding(std::string_view name) {
    if (name.empty() || name.size() > kLongestName) return std::nullopt;
    const auto is_plain = [](char c) {
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' ||
               c == '.' || c == ':';
    };
    if (!std::all_of(name.begin(), name.end(), is_plain)) return std::nullopt;
    std::string as_known(name);
    if (auto found = characters_of(as_known)) return found;
    as_known.erase(std::remove(as_known.begin(), as_known.end(), '-'), as_known.end());  // latin-1
    return characters_of(as_known);
}

}  // namespace pipeline
