// SPDX-License-Identifier: Apache-2.0
#include "common/memory/cache_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/base/fd.hpp"
#include "tests/support/apart.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a process makes one memory, of a size that nobody changes, and it takes no memory at first",
          "[cache_memory]") {
    Apart process([] {
        const bool had_none = cache_memory() == -1;
        const int fd = make_cache_memory();
        const bool is_one = fd > STDERR_FILENO && make_cache_memory() == fd && cache_memory() == fd;
        struct stat status {};
        ::fstat(fd, &status);
        const bool is_empty = status.st_size == kCacheBytes && status.st_blocks == 0;
        const bool is_sealed = ::ftruncate(fd, 0) != 0 && errno == EPERM;
        return fmt::format("{} {} {} {}", had_none, is_one, is_empty, is_sealed);
    });
    CHECK(process.result() == "true true true true");
}

TEST_CASE("a process adopts the memory that the number names, and nothing else", "[cache_memory]") {
    Apart process([] {
        std::array<int, 2> pipe{};
        const bool has_pipe = ::pipe2(pipe.data(), O_CLOEXEC) == 0;
        const UniqueFd unsealed(::memfd_create("another", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        for (const int other : {0, -1, 1 << 20, pipe[0], unsealed.get()}) adopt_cache_memory(other);
        const bool adopts_no_other = has_pipe && cache_memory() == -1;
        const int made = make_cache_memory();
        const UniqueFd inherited(::fcntl(made, F_DUPFD, 0));
        adopt_cache_memory(inherited.get());
        const bool is_kept_from_programs = (::fcntl(inherited.get(), F_GETFD) & FD_CLOEXEC) != 0;
        return fmt::format("{} {} {}", adopts_no_other, cache_memory() == inherited.get(),
                           is_kept_from_programs);
    });
    CHECK(process.result() == "true true true");
}
