// SPDX-License-Identifier: Apache-2.0
#include "common/os/journal.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// A journal that listens below the tests' own folder.
class Journal {
  public:
    Journal()
        : path_(std::filesystem::temp_directory_path() / ("journal-" + std::to_string(::getpid()))),
          socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path_.string().size() < sizeof address.sun_path);
        std::strcpy(address.sun_path, path_.c_str());
        ::unlink(path_.c_str());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal() { ::unlink(path_.c_str()); }
    [[nodiscard]] const char* path() const noexcept { return path_.c_str(); }
    [[nodiscard]] std::string received() const {
        std::array<char, 4096> bytes{};
        const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return {bytes.data(), static_cast<std::size_t>(size < 0 ? 0 : size)};
    }

  private:
    std::filesystem::path path_;
    UniqueFd socket_;
};

}  // namespace

TEST_CASE("a line with fields is one datagram, a field a line, and nothing in a value ends one", "[log]") {
    const std::array<LogField, 4> fields{
        {{"event", "not-booked"}, {"id", "a\nPRIORITY=0\x1b"}, {"reason", ""}, {"child_pid", 7}}};
    CHECK(journal_datagram(LogLevel::Warning, "consumer", "invoice a\nb", fields) ==
          "MESSAGE=consumer: invoice a\\x0ab\nPRIORITY=4\nSYSLOG_IDENTIFIER=consumer\n"
          "INVOICE_PIPELINE_EVENT=not-booked\nINVOICE_PIPELINE_INVOICE=a\\x0aPRIORITY=0\\x1b\n"
          "INVOICE_PIPELINE_CHILD_PID=7\n");
}

TEST_CASE("a datagram reaches the journal that listens, and nobody waits for one that does not", "[log]") {
    const Journal journal;
    CHECK(send_datagram(journal.path(), "MESSAGE=x\n"));
    CHECK(journal.received() == "MESSAGE=x\n");
    // Its queue fills up: then it is refused at once.
    int taken = 0;
    while (taken < 100'000 && send_datagram(journal.path(), "MESSAGE=x\n")) ++taken;
    CHECK(taken < 100'000);
    CHECK_FALSE(send_datagram("/nowhere/socket", "MESSAGE=x\n"));
    CHECK_FALSE(send_datagram(std::string(200, 'x').c_str(), "MESSAGE=x\n"));
}
