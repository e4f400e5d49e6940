// SPDX-License-Identifier: Apache-2.0
#include "common/base/printable.hpp"

#include <map>
#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

using namespace std::string_view_literals;
using pipeline::is_command;
using pipeline::printable;
using pipeline::safe_line;
using pipeline::safe_lines;

TEST_CASE("text that can be shown is shown as it is", "[printable]") {
    for (const auto text : {""sv, "a b~"sv, "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"sv, "\xc2\xa0"sv})
        CHECK(printable(text) == text);
}

TEST_CASE("no control character reaches a terminal", "[printable]") {
    CHECK(printable("a\0\n\x1b[2J\x7f"sv) == R"(a\x00\x0a\x1b[2J\x7f)");
    for (int byte = 0x80; byte < 0xa0; ++byte) {
        const auto raw = static_cast<char>(byte);
        // As a character, which a terminal with UTF-8 obeys, and as a byte, which another one does.
        for (const std::string& text : {std::string("\xc2") + raw, std::string(1, raw)}) {
            const std::string shown = printable(text);
            CHECK(shown.find(raw) == std::string::npos);
            CHECK(shown.size() == 4 * text.size());
        }
    }
    CHECK(printable("\xc2\x9b\x32J"sv) == R"(\xc2\x9b2J)");
}

TEST_CASE("no character that turns the direction of text or is not seen is shown as it is", "[printable]") {
    for (const auto text :
         {"\xd8\x9c"sv, "\xe2\x80\x8e"sv, "\xe2\x80\x8f"sv, "\xe2\x80\xa8"sv, "\xe2\x80\xa9"sv,
          "\xe2\x80\xaa"sv, "\xe2\x80\xae"sv, "\xe2\x81\xa6"sv, "\xe2\x81\xa9"sv}) {
        CHECK(printable(text).starts_with("\\x"));
        CHECK(is_command(text));
    }
    // A soft hyphen, a zero-width space, a byte order mark, a variation selector, a language tag.
    for (const auto text :
         {"\xc2\xad"sv, "\xe2\x80\x8b"sv, "\xef\xbb\xbf"sv, "\xef\xb8\x8f"sv, "\xf3\xa0\x81\xa5"sv}) {
        CHECK(printable(text).size() == 4 * text.size());
        CHECK_FALSE(is_command(text));
    }
    CHECK(printable("rtl\xe2\x80\xaegnp.exe"sv) == R"(rtl\xe2\x80\xaegnp.exe)");
    // Their neighbours are.
    for (const auto text :
         {"\xd8\x9b"sv, "\xe2\x80\x90"sv, "\xe2\x80\xaf"sv, "\xe2\x81\xb0"sv, "\xc2\xac"sv}) {
        CHECK(printable(text) == text);
        CHECK_FALSE(is_command(text));
    }
}

TEST_CASE("names that differ are shown differently, and as what they are", "[printable]") {
    CHECK(printable(R"(C:\path\xy \x4 \xAB)"sv) == R"(C:\path\xy \x4 \xAB)");
    CHECK(printable(R"(\x9b)"sv) == R"(\x5cx9b)");
    // All of four characters that are made of what an escape is made of.
    const std::string parts = std::string("\\x5c9b\x9b\n") + '\0';
    std::map<std::string, std::string> names;
    for (std::size_t i = 0; i < parts.size() * parts.size() * parts.size() * parts.size() * parts.size();
         ++i) {
        std::string name;
        for (std::size_t rest = i; name.size() < 5; rest /= parts.size()) name += parts[rest % parts.size()];
        for (const std::string prefix : {"", "\\"}) {
            const auto [at, is_new] = names.try_emplace(printable(prefix + name), prefix + name);
            if (at->second != prefix + name) FAIL(at->second << " and " << prefix + name);
        }
    }
}

TEST_CASE("a sentence with names that are printable already is not changed", "[printable]") {
    const std::string name = printable("\\x9b \x9b\n"sv);
    CHECK(safe_line(name) == name);
    CHECK(safe_line("of\n" + name) == R"(of\x0a)" + name);
    CHECK(safe_lines("of\n\r" + name) == "of\n\\x0d" + name);
}

TEST_CASE("bytes that are no characters are shown one by one", "[printable]") {
    CHECK(printable("M\xfcller"sv) == R"(M\xfcller)");
    CHECK(printable("cut \xe2\x82"sv) == R"(cut \xe2\x82)");
    CHECK(printable("\xe9\xc3\xa9"sv) == "\\xe9\xc3\xa9");
}
