// SPDX-License-Identifier: Apache-2.0
#include "observer/web/token.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr const char* kSecret = "0123456789abcdef:+";

struct TokenFile : TemporaryFolder {
    explicit TokenFile(const std::string& text, mode_t mode = 0600) {
        write("token", text);
        REQUIRE(::chmod(file().c_str(), mode) == 0);
    }
    [[nodiscard]] std::filesystem::path file() const { return path() / "token"; }
};

// The refusal of the file; empty: it is accepted.
std::string refusal_of(const std::filesystem::path& file, ExitStatus status = ExitStatus::Configuration) {
    try {
        static_cast<void>(Token::read(file));
        return {};
    } catch (const Failure& failure) {
        CHECK(failure.status() == status);
        return failure.what();
    }
}

}  // namespace

TEST_CASE("a token is sent as the bearer, or as the password of any user", "[token]") {
    const TokenFile file(std::string(kSecret) + "\n");
    const Token token = Token::read(file.file());
    CHECK(token.is_in("Bearer 0123456789abcdef:+"));
    CHECK(token.is_in("bearer  0123456789abcdef:+"));
    CHECK(token.is_in("Basic YW55Ym9keTowMTIzNDU2Nzg5YWJjZGVmOis="));  // anybody:
    CHECK(token.is_in("BASIC OjAxMjM0NTY3ODlhYmNkZWY6Kw=="));          // no name at all
    for (const auto* wrong :
         {"", "Bearer", "Bearer ", "Bearer 0123456789abcdef:", "Bearer 0123456789abcdef:+x", "Basic",
          "Basic MDEyMzQ1Njc4OWFiY2RlZjor", "Basic ????", "Digest 0123456789abcdef:+", "0123456789abcdef:+"})
        CHECK_FALSE(token.is_in(wrong));
}

TEST_CASE("a token that others can read, that is short or no word is refused", "[token]") {
    CHECK(refusal_of(TokenFile(kSecret, 0604).file()).find("chmod 600") != std::string::npos);
    CHECK(refusal_of(TokenFile(kSecret, 0660).file()).find("chmod 600") != std::string::npos);
    CHECK(refusal_of(TokenFile(kSecret, 0640).file()).empty());
    CHECK(refusal_of(TokenFile(kSecret, 0400).file()).empty());
    for (const std::string& text : {std::string("short\n"), std::string(), std::string("0123456789 abcdef"),
                                    std::string("0123456789\nabcdef"), std::string(2000, 'x')})
        CHECK(refusal_of(TokenFile(text).file()).find("16 to 1024 letters") != std::string::npos);
    CHECK(refusal_of("/nowhere/token", ExitStatus::NoInput).find("No such file") != std::string::npos);
    const TemporaryFolder folder;
    CHECK(refusal_of(folder.path()).find("regular file") != std::string::npos);
    const auto fifo = folder.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(refusal_of(fifo).find("regular file") != std::string::npos);
}
