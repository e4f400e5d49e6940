// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_settings.hpp"

#include <map>
#include <string>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using pipeline::test::TemporaryFolder;

namespace {

Environment with(const std::map<std::string, std::string>& variables) {
    return [variables](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
}

std::string refusal(const std::map<std::string, std::string>& variables) {
    try {
        static_cast<void>(nats_settings(with(variables)));
        return "";
    } catch (const Failure& failure) {
        CHECK(failure.status() == ExitStatus::Configuration);
        return failure.what();
    }
}

}  // namespace

TEST_CASE("settings of NATS name files", "[nats]") {
    const TemporaryFolder folder;
    for (const auto* name : {"ca", "cert", "key", "creds", "password"}) folder.write(name, "x\n");
    const auto path = [&](const char* name) { return (folder / name).string(); };
    const auto settings = nats_settings(with({{"NATS_CREDS", path("creds")},
                                              {"NATS_CA", path("ca")},
                                              {"NATS_CERT", path("cert")},
                                              {"NATS_KEY", path("key")},
                                              {"NATS_USER", "book"},
                                              {"NATS_PASSWORD_FILE", path("password")}}));
    CHECK(settings.credentials == path("creds"));
    CHECK(settings.wants_tls());
    CHECK(settings.user == "book");
    CHECK_FALSE(nats_settings(with({})).wants_tls());
}

TEST_CASE("settings of NATS that are not whole are refused with the variable's name", "[nats]") {
    const TemporaryFolder folder;
    folder.write("file", "x");
    const std::string file = folder / "file";
    CHECK(refusal({{"NATS_CERT", file}}).find("NATS_CERT and NATS_KEY go together") != std::string::npos);
    CHECK(refusal({{"NATS_USER", "book"}}).find("NATS_PASSWORD_FILE") != std::string::npos);
    CHECK(refusal({{"NATS_CA", "/no/such/file"}}).find("reading NATS_CA /no/such/file: No such file") !=
          std::string::npos);
}

TEST_CASE("a secret in a variable of NATS is refused, and told to nobody", "[nats]") {
    const auto* variable = GENERATE("NATS_PASSWORD", "NATS_TOKEN");
    const auto said = refusal({{variable, "geheim42"}});
    CHECK(said.find(std::string("name that by ") + variable + "_FILE") != std::string::npos);
    CHECK(said.find("geheim42") == std::string::npos);
}

TEST_CASE("a secret is the first line of its file", "[nats]") {
    const TemporaryFolder folder;
    folder.write("two", "geheim\nmore\n");
    folder.write("bare", "geheim");
    folder.write("empty", "\n");
    CHECK(read_secret(folder / "two", "NATS_TOKEN_FILE") == "geheim");
    CHECK(read_secret(folder / "bare", "NATS_TOKEN_FILE") == "geheim");
    CHECK_THROWS_WITH(read_secret(folder / "empty", "NATS_TOKEN_FILE"),
                      Catch::Contains("its first line is empty"));
    CHECK_THROWS_WITH(read_secret(folder / "none", "NATS_TOKEN_FILE"), Catch::Contains("No such file"));
    CHECK_THROWS_AS(read_secret(folder.path(), "NATS_TOKEN_FILE"), Failure);
}
