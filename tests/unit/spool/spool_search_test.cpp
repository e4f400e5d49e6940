// SPDX-License-Identifier: Apache-2.0
// Files that nobody has told of, files that are not complete yet, and spools that cannot be read.
#include "producer/sources/spool/spool_search.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <set>

#include "common/base/error.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_hook.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/spool_fixture.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
using Ids = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

constexpr auto kDeadline = 30s;

// A source of its own, whose condition can be looked at.
struct Watched {
    explicit Watched(SpoolOptions options, std::size_t most = 1000) : limits(limits_of(most)) {
        context.report = std::make_shared<SourceReport>(metrics);
        context.spool = std::move(options);
    }
    void open(const Spool& spool) {
        source = std::make_unique<SpoolSource>(spool.path, Resume{}, limits, context);
    }
    [[nodiscard]] SourceState state() const { return static_cast<SourceState>(metrics.state.load()); }
    // All that is given until `enough` are, or the deadline has passed.
    [[nodiscard]] Ids take_until(std::size_t enough) const {
        Ids ids;
        const auto until = std::chrono::steady_clock::now() + kDeadline;
        while (ids.size() < enough && std::chrono::steady_clock::now() < until) {
            for (const std::string& id : ids_of(take_all(*source))) ids.push_back(id);
            if (ids.size() < enough) source->wait(-1, 1s);
        }
        return ids;
    }
    [[nodiscard]] bool becomes(SourceState wanted) const {
        const auto until = std::chrono::steady_clock::now() + kDeadline;
        while (state() != wanted && std::chrono::steady_clock::now() < until) {
            static_cast<void>(source->look());
            source->wait(-1, 10ms);
        }
        return state() == wanted;
    }

    SpoolSource::Limits limits;
    SourceMetrics metrics{};
    SourceContext context;
    std::unique_ptr<SpoolSource> source;
};

SpoolOptions looking_every(std::chrono::nanoseconds rescan, std::chrono::nanoseconds settle_time = 0s) {
    return {rescan, settle_time, {}, {}};
}

}  // namespace

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
            watched.source->acknowledge(record_of(item));
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
    spool.write("\x01");
    spool.write(std::string(200, 'x'));
    Watched watched(looking_every(0s));
    watched.open(spool);
    CHECK(take_all(*watched.source).size() == 2);
    CHECK(watched.metrics.unusable_ids.load() == 2);
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
    for (const Taken& item : taken) watched.source->acknowledge(record_of(item));
    REQUIRE(captured.lines().size() == 1);  // no more than one a second
    CHECK(mentions(captured.lines()[0], "b was written to after it was taken"));
    CHECK(spool.in("booked") == Ids{"a", "b", "c"});
}
