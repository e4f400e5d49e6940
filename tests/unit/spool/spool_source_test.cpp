// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_source.hpp"

#include <set>
#include <thread>

#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
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

}  // namespace

TEST_CASE("what is in the spool comes oldest first, then by name; only visible regular files count",
          "[spool_source]") {
    const Spool spool;
    for (const char* name : {"b", "a", "young", "old", ".hidden"}) spool.write(name);
    for (const char* name : {"a", "b"}) spool.date(name, 2000);
    spool.date("young", 3000);
    spool.date("old", 1000);
    fs::create_directory(spool.path / "folder");
    fs::create_symlink(spool.path / "a", spool.path / "link");
    REQUIRE(::mkfifo((spool.path / "fifo").c_str(), 0600) == 0);

    SpoolSource source(spool.path, {});
    CHECK(source.wants_receipts());
    CHECK(source.expected() == 4U);
    CHECK_FALSE(source.exhausted());
    const auto taken = take_all(source, 3);
    CHECK(ids_of(taken) == Ids{"old", "a", "b", "young"});
    CHECK(taken[0].position == position_of(spool.path / "old"));
    CHECK(taken[0].extent == 0);
    CHECK(source.exhausted());
    CHECK(source.expected() == 4U);
}

TEST_CASE("after a restart what is in flight is not given again and what is not is", "[spool_source]") {
    const Spool spool;
    for (const char* name : {"a", "b", "c"}) spool.write(name);
    Resume resume;
    resume.in_flight = {position_of(spool.path / "b")};
    resume.acquired = 7;
    SpoolSource source(spool.path, resume);
    CHECK(source.expected() == 9U);
    CHECK(sorted(ids_of(take_all(source))) == Ids{"a", "c"});
    source.acknowledge(receipt_of({"b", position_of(spool.path / "b"), 0, false}));
    CHECK(spool.in("booked") == Ids{"b"});
}

TEST_CASE("new files are noticed however they come", "[spool_source]") {
    const Spool spool;
    SpoolSource source(spool.path, {});
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());

    spool.hand_over("renamed");
    CHECK_FALSE(source.exhausted());
    CHECK(ids_of(take_all(source)) == Ids{"renamed"});

    spool.write("written");
    CHECK(ids_of(take_all(source)) == Ids{"written"});

    write_file(spool.outside / "target", "x");
    fs::create_hard_link(spool.outside / "target", spool.path / "linked");
    CHECK(ids_of(take_all(source)) == Ids{"linked"});

    fs::create_symlink(spool.outside / "target", spool.path / "symbolic");
    fs::create_directory(spool.path / "folder");
    spool.write(".hidden");
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());
    CHECK(source.expected() == 3U);
}

TEST_CASE("a file that is still being written is not given", "[spool_source]") {
    const Spool spool;
    SpoolSource source(spool.path, {});
    UniqueFd writer(::open((spool.path / "slow").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(writer);
    CHECK(take_all(source).empty());
    writer.reset();
    CHECK(ids_of(take_all(source)) == Ids{"slow"});
}

TEST_CASE("a file that gets its only name at the end is noticed", "[spool_source]") {
    const Spool spool;
    SpoolSource source(spool.path, {});
    UniqueFd writer(::open(spool.path.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
    if (!writer) {
        WARN("this file system has no O_TMPFILE");
        return;
    }
    const std::string link = "/proc/self/fd/" + std::to_string(writer.get());
    REQUIRE(::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, (spool.path / "late").c_str(), AT_SYMLINK_FOLLOW) ==
            0);
    writer.reset();
    CHECK(ids_of(take_all(source)) == Ids{"late"});
    CHECK(source.exhausted());
}

TEST_CASE("a wait ends when a file arrives, and so does one that waits for a signal", "[spool_source]") {
    const Spool spool;
    SpoolSource source(spool.path, {});
    CHECK(take_all(source).empty());
    std::thread other([&] { spool.hand_over("a"); });
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    Ids ids;
    while (ids.empty() && std::chrono::steady_clock::now() < until) {
        source.wait(-1, 10s);
        ids = ids_of(take_all(source));
    }
    other.join();
    CHECK(ids == Ids{"a"});

    const Pipe signals;
    signals.write("x");
    source.wait(signals.out.get(), 60s);
    source.stop();
    source.wait(signals.out.get(), 60s);
    CHECK(std::chrono::steady_clock::now() < until);
}

TEST_CASE("what has been given wakes no wait any more", "[spool_source]") {
    const Spool spool;
    SpoolSource source(spool.path, {});
    spool.hand_over("a");
    spool.write(".hidden");
    const auto taken = take_all(source);
    REQUIRE(taken.size() == 1);
    source.acknowledge(receipt_of(taken[0]));
    CHECK(take_all(source).empty());
    const auto begin = std::chrono::steady_clock::now();
    source.wait(-1, 30ms);
    CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
}

TEST_CASE("a stopped spool gives nothing more but still takes receipts", "[spool_source]") {
    const Spool spool;
    spool.write("a");
    spool.write("b");
    SpoolSource source(spool.path, {});
    const auto taken = take(source, 1);
    source.stop();
    CHECK(take(source, 1).empty());
    CHECK(source.exhausted());
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK(spool.in("booked").size() == 1);
    CHECK(spool.in("").size() == 1);
}

TEST_CASE("more files than fit in memory are all given once, the oldest of all first", "[spool_source]") {
    constexpr int kFiles = 2000;
    constexpr int kFit = 150;
    const Spool spool;
    for (int i = 0; i < kFiles; ++i) {
        const std::string name = "invoice-" + std::to_string(i);
        spool.write(name);
        spool.date(name, 1'000'000 - i);
    }
    SpoolSource source(spool.path, {}, limits_of(kFit));
    CHECK(source.expected() == static_cast<std::uint64_t>(kFiles));
    std::set<std::string> given;
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    std::vector<Taken> in_flight;
    while (!source.exhausted() && std::chrono::steady_clock::now() < until) {
        for (const Taken& item : take(source, 64)) {
            REQUIRE(given.insert(item.id).second);
            if (given.size() <= kFit) CHECK(item.id == "invoice-" + std::to_string(kFiles - given.size()));
            in_flight.push_back(item);
        }
        if (in_flight.size() < 500 && !source.exhausted()) continue;  // the pipeline holds some of them
        for (const Taken& item : in_flight) source.acknowledge(receipt_of(item));
        in_flight.clear();
    }
    CHECK(given.size() == kFiles);
    CHECK(source.expected() == static_cast<std::uint64_t>(kFiles));
    CHECK(spool.in("booked").size() == kFiles);
    CHECK(spool.in("").empty());
}

TEST_CASE("more new files than fit in memory are not forgotten", "[spool_source]") {
    const Spool spool;
    SpoolSource source(spool.path, {}, limits_of(10));
    for (int i = 0; i < 100; ++i) spool.hand_over(std::to_string(i));
    CHECK_FALSE(source.exhausted());
    const auto taken = take_all(source);
    CHECK(std::set<std::string>([&] {
              const auto ids = ids_of(taken);
              return std::set<std::string>(ids.begin(), ids.end());
          }())
              .size() == 100);
    CHECK(taken.size() == 100);
    CHECK(source.exhausted());
}

TEST_CASE("files whose arrival inotify could not tell of are found", "[spool_source]") {
    std::size_t most_events = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most_events;
    if (most_events == 0 || most_events > 100'000) {
        WARN("the queue of inotify is too long to be filled in a test: " << most_events);
        return;
    }
    const Spool spool;
    SpoolSource source(spool.path, {}, limits_of(2 * most_events));
    spool.write("0");
    spool.write("1");
    for (std::size_t i = 0; i <= most_events; ++i) {  // two files in turn: equal events would be merged
        const fs::path path = spool.path / std::to_string(i % 2);
        REQUIRE(UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC)));
    }
    spool.hand_over("lost");
    CHECK_FALSE(source.exhausted());
    CHECK(sorted(ids_of(take_all(source))) == Ids{"0", "1", "lost"});
    CHECK(source.exhausted());
    CHECK(source.expected() == 3U);
}

TEST_CASE("a name of 1 to 103 bytes is the id", "[spool_source]") {
    const auto length = static_cast<std::size_t>(GENERATE(1, 103));
    const Spool spool;
    spool.write(std::string(length, 'x'));
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    REQUIRE(ids_of(taken) == Ids{std::string(length, 'x')});
    CHECK_FALSE(taken[0].unusable);
    source.acknowledge(receipt_of(taken[0]));
    CHECK(spool.in("booked") == Ids{std::string(length, 'x')});
}

TEST_CASE("a file that was renamed or linked while it was in flight is a new invoice under its new name",
          "[spool_source]") {
    const bool linked = GENERATE(false, true);
    const Spool spool;
    spool.write("a");
    SpoolSource source(spool.path, {});
    const auto first = take_all(source);
    if (linked) {
        fs::create_hard_link(spool.path / "a", spool.path / "b");
    } else {
        fs::rename(spool.path / "a", spool.path / "b");
    }
    CHECK(take_all(source).empty());  // the file is in flight
    CHECK(source.exhausted());
    source.acknowledge(receipt_of(first.at(0)));
    CHECK_FALSE(source.exhausted());
    CHECK(ids_of(take_all(source)) == Ids{"b"});
    CHECK(source.exhausted());
}

TEST_CASE("a spool that is removed or renamed while it is read is a failure", "[spool_source]") {
    const Spool spool;
    spool.write("a");
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    const bool removed = GENERATE(true, false);
    if (removed) {
        fs::remove_all(spool.path);
    } else {
        fs::rename(spool.path, spool.root / "elsewhere");
    }
    const auto failure = refusal_of([&] { (void)take_all(source); });
    CHECK(failure.status == ExitStatus::NoInput);
    CHECK(mentions(failure.text, spool.path.string()));
    source.acknowledge(receipt_of(taken.at(0)));
    if (!removed) CHECK(fs::exists(spool.root / "elsewhere/booked/a"));
}

TEST_CASE("a folder that cannot be a spool is one clear line", "[spool_source]") {
    const Spool spool;
    spool.write("file");
    fs::create_directory(spool.path / "unreadable");
    fs::create_directory(spool.path / "unsearchable");
    REQUIRE(::chmod(spool.root.path().c_str(), 0755) == 0);
    REQUIRE(::chmod((spool.path / "unreadable").c_str(), 0300) == 0);
    REQUIRE(::chmod((spool.path / "unsearchable").c_str(), 0444) == 0);
    for (const char* name : {"missing", "file", "unreadable", "unsearchable"}) {
        const WithoutPrivileges lowered;
        const auto failure = refusal_of([&] { SpoolSource(spool.path / name, {}); });
        INFO(name << ": " << failure.text);
        CHECK(failure.status == ExitStatus::NoInput);
        CHECK(mentions(failure.text, (spool.path / name).string()));
        CHECK_FALSE(mentions(failure.text, "\n"));
    }
}
