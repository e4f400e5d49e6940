// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ledger_room.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("ledger-room-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::filesystem::path file() const { return path_ / "x.db"; }
    [[nodiscard]] std::string ledger() const { return "sqlite:" + file().string(); }
    void write(const std::string& suffix, std::size_t bytes) const {
        std::ofstream(file().string() + suffix) << std::string(bytes, 'x');
    }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("the ledger's file, its log and the room for them are seen", "[observation]") {
    const Folder folder;
    LedgerRoom files;
    auto sight = files.look(folder.ledger());
    CHECK_FALSE(sight.file_bytes);
    CHECK_FALSE(sight.log_bytes);
    CHECK(sight.free_bytes.value_or(0) > 0);
    folder.write("", 1000);
    sight = files.look(folder.ledger());
    CHECK(sight.is_answered);
    CHECK(sight.file_bytes == 1000U);
    CHECK(sight.log_bytes == 0U);
    folder.write("-wal", 77);
    CHECK(files.look(folder.ledger()).log_bytes == 77U);
}

TEST_CASE("whoever looks at a ledger opens nothing: a FIFO in its place holds nobody up", "[observation]") {
    const Folder folder;
    REQUIRE(::mkfifo(folder.file().c_str(), 0600) == 0);
    REQUIRE(::mkfifo((folder.file().string() + "-wal").c_str(), 0600) == 0);
    LedgerRoom files;
    const auto sight = files.look(folder.ledger());
    CHECK(sight.is_answered);
    CHECK(sight.file_bytes == 0U);
}

TEST_CASE("a ledger without a file has none, and a folder that is not there no room", "[observation]") {
    LedgerRoom files;
    CHECK_FALSE(files.look("none").free_bytes);
    CHECK(files.look("none").is_answered);
    CHECK_FALSE(files.look("sqlite:/nowhere/x.db").free_bytes);
}
