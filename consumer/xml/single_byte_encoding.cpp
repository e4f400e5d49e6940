// SPDX-License-Identifier: Apache-2.0
#include "consumer/xml/single_byte_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

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

// Returns the number of up to four digits in `text` behind `prefix`; 0 if there is none.
unsigned number_behind(std::string_view prefix, std::string_view text) noexcept {
    if (!text.starts_with(prefix)) return 0;
    text.remove_prefix(prefix.size());
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size() && text.size() <= 4;
    return is_number && text.front() != '0' ? number : 0;
}

// Returns iconv's name of one of the encodings that are read; empty: it is none of them. iconv is not asked
// for others: it would load a module of the system for whatever a document names.
std::string known_name(std::string_view name) {
    constexpr std::array<unsigned, 10> kOfLatin{1, 2, 3, 4, 9, 10, 13, 14, 15, 16};
    constexpr std::array<unsigned, 15> kPages{437,  850,  852,  855,  858,  866,  1250, 1251,
                                              1252, 1253, 1254, 1255, 1256, 1257, 1258};
    if (name.size() > kLongestName) return {};
    std::string plain;
    for (const char c : name) {
        if (c != '-' && c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (const unsigned part = number_behind("iso8859", plain); part >= 1 && part <= 16)
        return "ISO-8859-" + std::to_string(part);
    if (const unsigned latin = number_behind("latin", plain); latin >= 1 && latin <= kOfLatin.size())
        return "ISO-8859-" + std::to_string(kOfLatin.at(latin - 1));
    for (const std::string_view prefix : {"windows", "cp", "ibm"}) {
        const unsigned page = number_behind(prefix, plain);
        if (std::find(kPages.begin(), kPages.end(), page) != kPages.end()) return "CP" + std::to_string(page);
    }
    if (plain == "koi8r") return "KOI8-R";
    return plain == "koi8u" ? "KOI8-U" : "";
}

}  // namespace

std::optional<ByteCharacters> single_byte_encoding(std::string_view name) {
    const std::string known = known_name(name);
    return known.empty() ? std::nullopt : characters_of(known);
}

}  // namespace pipeline
