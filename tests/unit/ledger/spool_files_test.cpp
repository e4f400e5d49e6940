// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/spool_files.hpp"

#include <fcntl.h>

#include <filesystem>
#include <string>

#include "common/base/printable.hpp"
#include "common/os/file_identity.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

struct Spool : TemporaryFolder {
    Spool() {
        for (const auto* folder : {"booked", "failed", "waiting"}) fs::create_directory(path() / folder);
    }
    [[nodiscard]] std::string source() const { return "spool:" + path().native(); }
    std::uint64_t put(const std::string& name) const {
        write(name, name);
        return look_at(AT_FDCWD, (path() / name).c_str())->identity.position();
    }
};

}  // namespace

TEST_CASE("a shown id gives back its bytes", "[spool_files]") {
    for (const std::string& bytes :
         {std::string("plain"), std::string("caf\xe9"), std::string("a\\x41"), std::string("a\\xzz"),
          std::string("\\"), std::string("\\x4"), std::string("tab\t")}) {
        CAPTURE(bytes);
        CHECK(bytes_of_printable(printable(bytes)) == bytes);
    }
}

TEST_CASE("an invoice's file is found wherever it lies", "[spool_files]") {
    const Spool spool;
    const auto position = spool.put("failed/a.xml");
    const auto files = spool_files(spool.source(), "a.xml", position);
    REQUIRE(files.size() == 1);
    CHECK(files.front().path == (spool.path() / "failed" / "a.xml").native());
    CHECK(files.front().is_the_one);
    const auto odd = spool.put("caf\xe9");
    CHECK(spool_files(spool.source(), "caf\\xe9", odd).size() == 1);
    CHECK(spool_files(spool.source(), "missing", position).empty());
}

TEST_CASE("another file of the name is told from the invoice's own, which comes first", "[spool_files]") {
    const Spool spool;
    static_cast<void>(spool.put("a"));
    static_cast<void>(spool.put("booked/a"));
    const auto position = spool.put("waiting/a");
    const auto files = spool_files(spool.source(), "a", position);
    REQUIRE(files.size() == 3);
    CHECK(files[0].path == (spool.path() / "waiting" / "a").native());
    CHECK(files[0].is_the_one);
    CHECK_FALSE(files[1].is_the_one);
    CHECK_FALSE(files[2].is_the_one);
}

TEST_CASE("a file that got another name, because its own was taken, is found", "[spool_files]") {
    const Spool spool;
    static_cast<void>(spool.put("failed/a"));
    static_cast<void>(spool.put("failed/a~1"));
    const auto position = spool.put("failed/a~2");
    const auto files = spool_files(spool.source(), "a", position);
    REQUIRE(files.size() == 2);
    CHECK(files[0].path == (spool.path() / "failed" / "a~2").native());
    CHECK(files[0].is_the_one);
}

TEST_CASE("no name leads out of the spool, and other sources have no files", "[spool_files]") {
    const Spool spool;
    const auto position = spool.put("a");
    for (const auto* id : {"", ".", "..", "../a", "booked/../a", "booked", "/etc/passwd"}) {
        CAPTURE(id);
        CHECK(spool_files(spool.source(), id, position).empty());
    }
    CHECK(spool_files("lines:" + spool.path().native(), "a", position).empty());
    CHECK(spool_files("spool:relative", "a", position).empty());
    CHECK(spool_files("nonsense", "a", position).empty());
    fs::create_symlink(spool / "a", spool / "link");
    CHECK(spool_files(spool.source(), "link", position).empty());
}
