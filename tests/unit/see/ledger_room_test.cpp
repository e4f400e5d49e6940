// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ledger_room.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Place {
    [[nodiscard]] std::filesystem::path file() const { return folder / "x.db"; }
    [[nodiscard]] std::string ledger() const { return "sqlite:" + file().string(); }
    void write(const std::string& suffix, std::size_t bytes) const {
        folder.write("x.db" + suffix, std::string(bytes, 'x'));
    }
    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("the ledger's file, its log and the room for them are seen", "[observation]") {
    const Place place;
    LedgerRoom files;
    auto sight = files.look(place.ledger());
    CHECK_FALSE(sight.file_bytes);
    CHECK_FALSE(sight.log_bytes);
    CHECK(sight.free_bytes.value_or(0) > 0);
    place.write("", 1000);
    sight = files.look(place.ledger());
    CHECK(sight.is_answered);
    CHECK(sight.file_bytes == 1000U);
    CHECK(sight.log_bytes == 0U);
    place.write("-wal", 77);
    CHECK(files.look(place.ledger()).log_bytes == 77U);
}

TEST_CASE("whoever looks at a ledger opens nothing: a FIFO in its place holds nobody up", "[observation]") {
    const Place place;
    REQUIRE(::mkfifo(place.file().c_str(), 0600) == 0);
    REQUIRE(::mkfifo((place.file().string() + "-wal").c_str(), 0600) == 0);
    LedgerRoom files;
    const auto sight = files.look(place.ledger());
    CHECK(sight.is_answered);
    CHECK(sight.file_bytes == 0U);
}

TEST_CASE("a ledger without a file has none, and a folder that is not there no room", "[observation]") {
    LedgerRoom files;
    CHECK_FALSE(files.look("none").free_bytes);
    CHECK(files.look("none").is_answered);
    CHECK_FALSE(files.look("sqlite:/nowhere/x.db").free_bytes);
}
