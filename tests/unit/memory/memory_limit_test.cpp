// SPDX-License-Identifier: Apache-2.0
#include "common/memory/memory_limit.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstddef>

#include "tests/support/apart.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

// True if that many MiB can be mapped.
bool can_map(std::size_t mebibytes) {
    void* const address = ::mmap(nullptr, mebibytes * kMebibyte, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED) return false;
    ::munmap(address, mebibytes * kMebibyte);
    return true;
}

rlimit limit_now() {
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    return limit;
}

}  // namespace

TEST_CASE("an invoice may take the limit beside what the process has already, and not much more",
          "[memory_limit]") {
    Apart process([] {
        limit_memory(64 * kMebibyte);
        return fmt::format("{} {}", can_map(64), can_map(64 + kOwnMemory / kMebibyte + 1));
    });
    CHECK(process.result() == "true false");
}

TEST_CASE("no limit is none, and a lower one stays", "[memory_limit]") {
    Apart process([] {
        const rlimit before = limit_now();
        limit_memory(0);
        const bool is_untouched = limit_now().rlim_cur == before.rlim_cur;
        const rlimit low{512 * kMebibyte, before.rlim_max};
        ::setrlimit(RLIMIT_AS, &low);
        limit_memory(std::uint64_t{1} << 40U);
        const rlimit after = limit_now();
        return fmt::format("{} {} {}", is_untouched, after.rlim_cur / kMebibyte,
                           after.rlim_max == before.rlim_max);
    });
    CHECK(process.result() == "true 512 true");
}

TEST_CASE("what the process needs for its own work is not taken from the invoice", "[memory_limit]") {
    Apart process([] {
        limit_memory(64 * kMebibyte);
        const rlim_t before = limit_now().rlim_cur;
        rlim_t meanwhile = 0;
        {
            OwnMemory own(8 * kMebibyte);
            const OwnMemory moved = std::move(own);
            meanwhile = limit_now().rlim_cur;
        }
        return fmt::format("{} {}", (meanwhile - before) / kMebibyte, limit_now().rlim_cur == before);
    });
    CHECK(process.result() == "8 true");
}

TEST_CASE("a limit that somebody else has set stays", "[memory_limit]") {
    Apart process([] {
        const rlimit low{512 * kMebibyte, limit_now().rlim_max};
        ::setrlimit(RLIMIT_AS, &low);
        limit_memory(std::uint64_t{1} << 40U);
        const OwnMemory own(8 * kMebibyte);
        return fmt::format("{}", limit_now().rlim_cur / kMebibyte);
    });
    CHECK(process.result() == "512");
}
