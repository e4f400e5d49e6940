// SPDX-License-Identifier: Apache-2.0
#include "observer/see/foreign_segments.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

constexpr std::size_t kBytes = 1U << 20U;

// The wait status of a process that does this; it exits with what `act` returns.
int status_of(const std::function<int()>& act) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::signal(SIGBUS, SIG_DFL);
        ::_exit(act());
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return status;
}

// Maps a file of ones, cuts it to nothing, and returns the mapping.
const volatile unsigned char* cut_mapping() {
    const UniqueFd file(::memfd_create("segment", MFD_CLOEXEC));
    const std::string ones(kBytes, '\1');
    if (::write(file.get(), ones.data(), ones.size()) != static_cast<ssize_t>(kBytes)) return nullptr;
    void* const address = ::mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, file.get(), 0);
    if (address == MAP_FAILED || ::ftruncate(file.get(), 0) != 0) return nullptr;
    return static_cast<const volatile unsigned char*>(address);
}

}  // namespace

TEST_CASE("a segment that is cut ends a process that has not prepared for it", "[foreign]") {
    const int status = status_of([] {
        const auto* bytes = cut_mapping();
        return bytes == nullptr ? 3 : bytes[5000];
    });
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS));
}

TEST_CASE("a segment that is cut reads as zeros, and each missing page is counted", "[foreign]") {
    const int status = status_of([] {
        survive_cuts();
        const auto* bytes = cut_mapping();
        if (bytes == nullptr) return 3;
        const std::uint64_t before = cut_pages();
        if (bytes[5000] != 0 || bytes[kBytes - 1] != 0 || cut_pages() != before + 2) return 4;
        try {
            require_no_cuts_since(before, "name");
            return 5;
        } catch (const Failure&) {
        }
        require_no_cuts_since(cut_pages(), "name");
        return 0;
    });
    CHECK(status == 0);
}

TEST_CASE("root is told whose segments it looks at", "[foreign]") {
    const std::string name = fmt::format("foreign.{}", ::getpid());
    const std::string path = "/dev/shm/" + name + ".ring";
    CHECK_FALSE(foreign_owner(name));
    { const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); }
    CHECK_FALSE(foreign_owner(name));
    if (::geteuid() == 0) {
        constexpr uid_t kStranger = 61'003;
        REQUIRE(::chown(path.c_str(), kStranger, kStranger) == 0);
        CHECK(foreign_owner(name).value_or("").starts_with("user 61003"));
    } else {
        WARN("skipped for root's view: this is not root");
    }
    ::unlink(path.c_str());
}
