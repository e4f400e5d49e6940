// SPDX-License-Identifier: Apache-2.0
// The way of a file whose invoice waits: into waiting/ when the first attempt has failed for now, back into
// the spool when the invoice is given again, and into booked/; cut short by SIGKILL before and after each
// call that moves something, and the start after it cut short likewise. The next start finds the file where
// its row says, whether the segments are still there or not, and never takes it for a new one.
#include <sys/mman.h>

#include <atomic>
#include <memory>
#include <new>

#include "tests/crash/spool_moves.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/spool_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;
using Ids = std::vector<std::string>;

namespace {

// How far the invoice has got when the process dies: what its row says, and whether the segments have it.
enum class Stage : int { Waits, IsLeased, IsPushed, IsBooked };

class SharedStage {
  public:
    SharedStage()
        : memory_(::mmap(nullptr, sizeof(std::atomic<Stage>), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) throw std::bad_alloc();
        new (memory_) std::atomic<Stage>(Stage::Waits);
    }
    SharedStage(const SharedStage&) = delete;
    SharedStage& operator=(const SharedStage&) = delete;
    ~SharedStage() { ::munmap(memory_, sizeof(std::atomic<Stage>)); }
    [[nodiscard]] std::atomic<Stage>& operator*() const { return *static_cast<std::atomic<Stage>*>(memory_); }

  private:
    void* memory_;
};

struct Scene {
    Scene(bool with_no_replace, bool with_segments)
        : no_replace(with_no_replace), keeps_segments(with_segments) {
        spool.write("a", "invoice");
        position = position_of(spool.path / "a");
    }

    // From the failed attempt to the booked one; false if the process was not killed.
    [[nodiscard]] bool round_trip_is_killed(unsigned kill_at) const {
        return dies([&] {
            SourceContext context;
            const auto moves = std::make_shared<CutShort>(no_replace, kill_at);
            context.moves = moves;
            SpoolSource source(spool.path, {}, limits_of(100), context);
            const auto taken = take_all(source);
            if (taken.size() != 1) ::_exit(2);
            source.acknowledge(receipt_of(taken[0], Outcome::Waiting));
            *stage = Stage::IsLeased;
            if (source.bring_back("a", position) != Source::BringBack::Ready) ::_exit(4);
            *stage = Stage::IsPushed;
            moves->point();
            *stage = Stage::IsBooked;  // committed, before the receipt
            source.acknowledge(receipt_of(taken[0], Outcome::Booked));
        });
    }
    [[nodiscard]] bool start_is_killed(unsigned kill_at) const {
        return dies([&] { static_cast<void>(take_all(*start(kill_at))); });
    }

    [[nodiscard]] std::unique_ptr<SpoolSource> start(unsigned kill_at) const {
        SourceContext context;
        context.moves = std::make_shared<CutShort>(no_replace, kill_at);
        const auto known = std::make_shared<KnownFiles>();
        known->rows[{"a", position}] = has_reached(Stage::IsBooked) ? Outcome::Booked : Outcome::Waiting;
        context.ledger = known;
        Resume resume;
        if (is_in_segments()) {
            resume.in_flight = {position};
            resume.given_again.emplace(position, hash_of("a"));
        }
        return std::make_unique<SpoolSource>(spool.path, resume, limits_of(100), context);
    }

    // After any kills: the file is where its row says, and its way can be gone to the end.
    void check_start() const {
        CAPTURE(static_cast<int>((*stage).load()));
        {
            const auto source = start(0);
            CHECK(take_all(*source).empty());
            CHECK(spool.in(".moving/waiting").empty());
            if (!has_reached(Stage::IsBooked)) {
                // What is in ring or hands is read in the spool; all else lies in waiting/, to be taken
                // later.
                if (is_in_segments()) {
                    CHECK(fs::exists(spool.path / "a"));
                } else {
                    CHECK(spool.in("waiting") == Ids{"a"});
                    REQUIRE(source->bring_back("a", position) == Source::BringBack::Ready);
                    CHECK(fs::exists(spool.path / "a"));
                }
                CHECK(take_all(*source).empty());
                *stage = Stage::IsBooked;
                source->acknowledge({position, "a", false, Outcome::Booked});
            }
        }
        CHECK(spool.in("booked") == Ids{"a"});
        CHECK(spool.in("waiting").empty());
        CHECK_FALSE(fs::exists(spool.path / "a"));
        CHECK(read_file(spool.path / "booked" / "a") == "invoice");
        CHECK(fs::hard_link_count(spool.path / "booked" / "a") == 1);
    }

    bool no_replace;
    bool keeps_segments;
    Spool spool;
    std::uint64_t position = 0;
    SharedStage stage;

  private:
    [[nodiscard]] bool has_reached(Stage wanted) const { return *stage >= wanted; }
    [[nodiscard]] bool is_in_segments() const { return keeps_segments && *stage == Stage::IsPushed; }
};

}  // namespace

TEST_CASE("the way to waiting/ and back, killed at any call, is gone to its end after the next start",
          "[spool_moves]") {
    const bool no_replace = GENERATE(true, false);
    const bool keeps_segments = GENERATE(true, false);
    CAPTURE(no_replace, keeps_segments);
    unsigned deaths = 0;
    for (unsigned kill_at = 1;; ++kill_at) {
        CAPTURE(kill_at);
        const Scene scene(no_replace, keeps_segments);
        const CapturedLog quiet;
        const bool killed = scene.round_trip_is_killed(kill_at);
        scene.check_start();
        if (!killed) break;
        ++deaths;
    }
    CHECK(deaths >= 10);  // two renames into a folder, one back, two again: before and after each
}

TEST_CASE("a start that is killed after such a kill is made up for by the next", "[spool_moves]") {
    const bool no_replace = GENERATE(true, false);
    const bool keeps_segments = GENERATE(true, false);
    CAPTURE(no_replace, keeps_segments);
    for (unsigned first = 1;; ++first) {
        bool first_killed = false;
        for (unsigned second = 1;; ++second) {
            CAPTURE(first, second);
            const Scene scene(no_replace, keeps_segments);
            const CapturedLog quiet;
            first_killed = scene.round_trip_is_killed(first);
            const bool killed = scene.start_is_killed(second);
            scene.check_start();
            if (!killed) break;
        }
        if (!first_killed) break;
    }
}
