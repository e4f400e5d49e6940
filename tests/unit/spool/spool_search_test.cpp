// SPDX-License-Identifier: Apache-2.0
// Files that nobody has told of, files that are not complete yet, and spools that cannot be read.
#include "producer/sources/spool/spool_search.hpp"

#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/file_hook.hpp"
#include "tests/support/spool_fixture.hpp"
#include "tests/unit/spool/watched_spool.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("a million files cost a few looks at each, and not one for each queue that they fill",
          "[spool_search]") {
    constexpr std::size_t kFiles = 3000;
    constexpr std::size_t kFit = 100;
    const Spool spool;
    for (std::size_t i = 0; i < kFiles; ++i) spool.write(std::to_string(i));
    WithFileHook hook;
    std::size_t looks = 0;
    hook->on_statx = [&looks](std::string_view name) {
        if (!name.empty() && name.find('/') == std::string_view::npos) ++looks;
        return 0;
    };
    Watched watched(looking_every(0s), kFit);
    watched.open(spool);
    CHECK(watched.metrics.backlog.load() == kFiles);
    std::set<std::string> given;
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    while (!watched.source->exhausted() && std::chrono::steady_clock::now() < until) {
        for (const Taken& item : take(*watched.source, 64)) {
            CHECK(given.insert(item.id).second);
            watched.source->acknowledge(receipt_of(item));
        }
    }
    CHECK(given.size() == kFiles);
    CHECK(watched.metrics.backlog.load() == 0);
    // Two walks, giving it, and what receipts need.
    CHECK(looks < 8 * kFiles);
}

TEST_CASE("a file that is found is given when nobody has modified it for the settle time", "[spool_search]") {
    const Spool spool;
    for (const char* name : {"young", "old", "future"}) spool.write(name);
    spool.date("old", 1'000'000);
    SECTION("as long as it is young it waits, and the source has not ended") {
        Watched watched(looking_every(0s, 1h));
        watched.open(spool);
        CHECK(ids_of(take_all(*watched.source)) == Ids{"old"});
        CHECK_FALSE(watched.source->exhausted());
        CHECK(watched.source->expected() == 3U);
        // Closing it tells that it is complete.
        append_to(spool.path / "young", "x");
        CHECK(ids_of(take_all(*watched.source)) == Ids{"young"});
        // So does a rename.
        fs::rename(spool.path / "future", spool.path / "renamed");
        CHECK(ids_of(take_all(*watched.source)) == Ids{"renamed"});
    }
    SECTION("one from the future waits no longer") {
        spool.date("future", std::time(nullptr) + 1'000'000);
        Watched watched(looking_every(0s, 100ms));
        watched.open(spool);
        CHECK(sorted(watched.take_until(3)) == Ids{"future", "old", "young"});
        CHECK(watched.source->exhausted());
    }
}

TEST_CASE("files that are handed over settle at once", "[spool_search]") {
    const Spool spool;
    Watched watched(looking_every(0s, 1h));
    watched.open(spool);
    spool.hand_over("renamed");
    spool.write("written");
    write_file(spool.outside / "target", "x");
    fs::create_hard_link(spool.outside / "target", spool.path / "linked");
    CHECK(sorted(ids_of(take_all(*watched.source))) == Ids{"linked", "renamed", "written"});
}

TEST_CASE("an empty file that was closed waits for somebody who writes to it", "[spool_search]") {
    const Spool spool;
    Watched watched(looking_every(0s, 1h));
    watched.open(spool);
    spool.write("touched", "");
    CHECK(take_all(*watched.source).empty());
    CHECK_FALSE(watched.source->exhausted());
    append_to(spool.path / "touched", "x");
    CHECK(ids_of(take_all(*watched.source)) == Ids{"touched"});
}

TEST_CASE("a file that somebody has made and not closed yet is found by no look", "[spool_search]") {
    const Spool spool;
    Watched watched(looking_every(1ms));
    watched.open(spool);
    UniqueFd writer(::open((spool.path / "slow").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::write(writer.get(), "x", 1) == 1);
    CHECK(take_all(*watched.source).empty());
    spool.hand_over("later");
    CHECK(watched.take_until(1) == Ids{"later"});
    for (int i = 0; i < 20; ++i) {
        watched.source->wait(-1, 2ms);
        CHECK(take_all(*watched.source).empty());
    }
    writer.reset();
    CHECK(watched.take_until(1) == Ids{"slow"});
}

TEST_CASE("names that are left out are no backlog, and nobody takes them", "[spool_search]") {
    const Spool spool;
    const auto put = [&spool] {
        for (const char* name : {"a.xml", "b.xml.part", "c.tmp", "d.xml~"}) spool.hand_over(name);
    };
    const auto [include, exclude] =
        GENERATE(std::pair("*.xml", ""), std::pair("", "@(*.tmp|*.part|*~)"), std::pair("[a-d].*", "*[!l]"));
    Watched watched({1ms, 0s, include, exclude});
    const bool before = GENERATE(true, false);
    if (before) put();
    watched.open(spool);
    if (!before) put();
    CHECK(watched.take_until(1) == Ids{"a.xml"});
    CHECK(take_all(*watched.source).empty());
    CHECK(watched.source->exhausted());
    CHECK(watched.source->expected() == 1U);
    CHECK(watched.metrics.backlog.load() == 0);
    CHECK(watched.state() == SourceState::Fine);
}
