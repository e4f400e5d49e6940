// SPDX-License-Identifier: Apache-2.0
// The condition that a spool reports: what it cannot look at or take, and how much lies there.
#include "producer/sources/spool/spool_search.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include "common/base/error.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_hook.hpp"
#include "tests/support/spool_fixture.hpp"
#include "tests/unit/spool/watched_spool.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("without events a spool is looked through, and that is said once", "[spool_search]") {
    const CapturedLog captured;
    const Spool spool;
    WithFileHook hook;
    hook->on_add_watch = [] { return ENOSPC; };
    Watched watched(looking_every(1ms));
    watched.open(spool);
    for (const char* name : {"a", "b"}) {
        spool.hand_over(name);
        CHECK(watched.take_until(1) == Ids{name});
    }
    REQUIRE(captured.lines().size() == 1);
    CHECK(mentions(captured.lines()[0], "fs.inotify.max_user_watches"));
    CHECK(mentions(captured.lines()[0], "is looked through every 1 s instead"));
}

TEST_CASE("one entry that cannot be looked at is said once, and holds up nothing", "[spool_search]") {
    const CapturedLog captured;
    const Spool spool;
    for (const char* name : {"a", "bad", "b"}) spool.write(name);
    WithFileHook hook;
    int error = EUCLEAN;
    hook->on_statx = [&error](std::string_view name) { return name == "bad" ? error : 0; };
    Watched watched(looking_every(1ms));
    watched.open(spool);
    CHECK(sorted(ids_of(take_all(*watched.source))) == Ids{"a", "b"});
    CHECK(watched.metrics.passed_over.load() == 1);
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    while (!watched.source->exhausted() && std::chrono::steady_clock::now() < until) {
        watched.source->wait(-1, 1s);
        CHECK(take_all(*watched.source).empty());
    }
    CHECK(watched.source->exhausted());  // a run with --once ends without it
    REQUIRE(captured.lines().size() == 1);
    CHECK(mentions(captured.lines()[0], "cannot look at bad: Structure needs cleaning"));
    // One that is told of.
    spool.hand_over("good");
    CHECK(watched.take_until(1) == Ids{"good"});
    error = 0;
    CHECK(watched.take_until(1) == Ids{"bad"});
    CHECK(watched.becomes(SourceState::Fine));
    CHECK(watched.metrics.passed_over.load() == 0);
}

TEST_CASE("a spool that cannot be read at present is tried again, and said to be unreadable",
          "[spool_search]") {
    const int error = GENERATE(EIO, ESTALE);
    const CapturedLog captured;
    const Spool spool;
    spool.write("a");
    WithFileHook hook;
    SECTION("readdir") {
        hook->on_readdir = [error] { return error; };
    }
    SECTION("open") {
        hook->on_openat = [error](std::string_view name) { return name == "." ? error : 0; };
    }
    Watched watched(looking_every(0s));
    watched.open(spool);
    CHECK(watched.state() == SourceState::Unreadable);
    CHECK(take_all(*watched.source).empty());
    CHECK_FALSE(watched.source->exhausted());
    file_hook() = {};
    CHECK(watched.take_until(1) == Ids{"a"});
    CHECK(watched.state() == SourceState::Fine);
    CHECK(watched.source->exhausted());
    const auto count = [&](std::string_view text) {
        const auto lines = captured.lines();
        return std::count_if(lines.begin(), lines.end(),
                             [&](const std::string& line) { return mentions(line, text); });
    };
    CHECK(count("it is tried again") == 1);
    CHECK(count("it can be read again") == 1);
}

TEST_CASE("a spool whose path leads elsewhere now ends the source, and says so", "[spool_search]") {
    const Spool spool;
    const fs::path link = spool.root / "current";
    fs::create_directory_symlink(spool.path, link);
    SourceMetrics metrics{};
    SourceContext context;
    context.report = std::make_shared<SourceReport>(metrics);
    SpoolSource source(link, {}, {}, context);
    spool.hand_over("a");
    CHECK(ids_of(take_all(source)) == Ids{"a"});
    std::string expected = "leads to another folder now";
    SECTION("a link that was changed") {
        fs::create_directory_symlink(spool.outside, spool.root / "next");
        fs::rename(spool.root / "next", link);
    }
    SECTION("a link that has gone") {
        fs::remove(link);
        expected = "was renamed or removed; put it back";
    }
    SECTION("a folder above that was renamed") {
        fs::remove(link);
        fs::create_directories(spool.root / "above");
        fs::rename(spool.path, spool.root / "above/spool");
        fs::create_directory(link);
    }
    std::string said;
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    while (said.empty() && std::chrono::steady_clock::now() < until) {
        try {
            static_cast<void>(source.look());
            source.wait(-1, 100ms);
        } catch (const Failure& failure) {
            CHECK(failure.status() == ExitStatus::NoInput);
            said = failure.what();
        }
    }
    CHECK(mentions(said, "spool:" + link.string()));
    CHECK(mentions(said, expected));
    CHECK(static_cast<SourceState>(metrics.state.load()) == SourceState::Gone);
    CHECK(mentions(metrics.sentence.load(), expected));
}

TEST_CASE("a spool in which nothing can be taken says so, until something can", "[spool_search]") {
    const CapturedLog captured;
    const Spool spool;
    fs::create_directory(spool.path / "archive");  // somebody's order
    Watched watched(looking_every(1ms));
    watched.open(spool);
    CHECK(watched.state() == SourceState::Fine);
    SECTION("a link") {
        fs::create_symlink("/nowhere", spool.path / "a.xml");
    }
    SECTION("a folder that is called as an invoice is") {
        fs::create_directory(spool.path / "a.xml");
    }
    SECTION("a FIFO") {
        REQUIRE(::mkfifo((spool.path / "a.xml").c_str(), 0600) == 0);
    }
    CHECK(watched.becomes(SourceState::NothingIsTaken));
    CHECK(mentions(watched.metrics.sentence.load(), "1 entry lies there"));
    CHECK(mentions(watched.metrics.sentence.load(), "a.xml is no regular file"));
    CHECK(captured.lines().size() == 1);
    spool.hand_over("b.xml");
    CHECK(watched.take_until(1) == Ids{"b.xml"});
    CHECK(watched.becomes(SourceState::Fine));
}

TEST_CASE("backlog and the age of its oldest file are told", "[spool_search]") {
    const Spool spool;
    for (const char* name : {"a", "b", "c"}) spool.write(name);
    spool.date("b", 1000);
    spool.date("c", 2000);
    Watched watched(looking_every(0s));
    watched.open(spool);
    CHECK(watched.metrics.backlog.load() == 3);
    CHECK(watched.metrics.oldest_us.load() == 1'000'000'000);
    CHECK(ids_of(take(*watched.source, 1)) == Ids{"b"});
    CHECK(watched.metrics.backlog.load() == 2);
    CHECK(watched.metrics.oldest_us.load() == 2'000'000'000);
    CHECK(take_all(*watched.source).size() == 2);
    CHECK(watched.metrics.backlog.load() == 0);
    CHECK(watched.metrics.oldest_us.load() == 0);
    // While the ring is full it is not asked for items.
    spool.hand_over("d");
    static_cast<void>(watched.source->look());
    CHECK(watched.metrics.backlog.load() == 1);
    CHECK(watched.metrics.oldest_us.load() != 0);
}

TEST_CASE("names that cannot be ids are counted", "[spool_search]") {
    const Spool spool;
    spool.write("a\nb");
    spool.write("\x01");                 // this one can
    spool.write(std::string(200, 'x'));  // and so can this one
    Watched watched(looking_every(0s));
    watched.open(spool);
    CHECK(take_all(*watched.source).size() == 3);
    CHECK(watched.metrics.unusable_ids.load() == 1);
}

TEST_CASE("a file that version 0.1.0 left in flight under a safe id is moved, and not taken again",
          "[spool_search]") {
    const Spool spool;
    spool.write("a\tb");
    Item item;
    item.set_safe_id("a\tb");
    Resume resume;
    resume.in_flight = {position_of(spool.path / "a\tb")};
    SpoolSource source(spool.path, resume);
    CHECK(take_all(source).empty());
    const Taken taken{item.shown_id(), *resume.in_flight.begin(), 0, true};
    source.acknowledge(receipt_of(taken, Outcome::Failed));
    CHECK(spool.in("failed") == std::vector<std::string>{"a\tb"});
    CHECK(take_all(source).empty());
}

TEST_CASE("a file that is written to while it is in flight is said at its receipt", "[spool_search]") {
    const CapturedLog captured;
    const Spool spool;
    for (const char* name : {"a", "b", "c"}) spool.write(name);
    Watched watched(looking_every(0s));
    watched.open(spool);
    auto taken = take_all(*watched.source);
    REQUIRE(taken.size() == 3);
    std::sort(taken.begin(), taken.end(),
              [](const Taken& one, const Taken& other) { return one.id < other.id; });
    append_to(spool.path / "b", "x");
    append_to(spool.path / "c", "x");
    for (const Taken& item : taken) watched.source->acknowledge(receipt_of(item));
    REQUIRE(captured.lines().size() == 1);  // no more than one a second
    CHECK(mentions(captured.lines()[0], "b was written to after it was taken"));
    CHECK(spool.in("booked") == Ids{"a", "b", "c"});
}
