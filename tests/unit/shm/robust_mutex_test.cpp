// SPDX-License-Identifier: Apache-2.0
#include "common/shm/robust_mutex.hpp"

#include <sys/mman.h>

#include <new>

#include "common/shm/damaged_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A page with one mutex, which nobody can touch any more once it has been taken away.
class Page {
  public:
    Page() {
        void* at = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(at != MAP_FAILED);
        mutex_ = new (at) RobustMutex;
        mutex_->initialise();
    }
    ~Page() { ::munmap(mutex_, kSize); }
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;

    [[nodiscard]] RobustMutex& mutex() const { return *mutex_; }
    void take_away() const { REQUIRE(::mprotect(mutex_, kSize, PROT_NONE) == 0); }

  private:
    static constexpr std::size_t kSize = 4096;
    RobustMutex* mutex_ = nullptr;
};

}  // namespace

// A thread's robust list links its locks in their own memory: one that stayed in the list after its memory
// was gone would be written to by the next lock that the thread takes.
TEST_CASE("a lock that cannot be settled is given up, and its thread holds it no longer", "[robust_mutex]") {
    const Page damaged;
    const auto damage = [] { throw DamagedMemory("for this test"); };
    die_holding(damaged.mutex(), [] {});
    CHECK_THROWS_AS(damaged.mutex().lock(damage), DamagedMemory);
    CHECK(damaged.mutex().holder() == 0);
    CHECK_FALSE(damaged.mutex().is_sound());
    CHECK_THROWS_AS(damaged.mutex().lock([] {}), DamagedMemory);
    CHECK_THROWS_AS(damaged.mutex().lock_for(std::chrono::nanoseconds(0), [] {}), DamagedMemory);
    damaged.take_away();
    const Page other;
    for (int times = 0; times < 2; ++times) CHECK(other.mutex().lock([] {}));
}
