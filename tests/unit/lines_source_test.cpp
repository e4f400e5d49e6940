// SPDX-License-Identifier: Apache-2.0
#include "producer/lines_source.hpp"

#include <poll.h>

#include <thread>

#include "tests/catch.hpp"
#include "tests/unit/source_fixture.hpp"

using namespace pipeline;
using namespace pipeline::testing;
using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

TEST_CASE("a file is read to its end in batches of any size", "[lines_source]") {
    const auto batch = static_cast<std::size_t>(GENERATE(1, 3, 1000));
    const TemporaryFolder folder;
    std::string text;
    Ids expected;
    for (int i = 0; i < 20'000; ++i) {  // more than a buffer holds
        expected.push_back("invoice-" + std::to_string(i));
        text += expected.back() + (i % 2 == 0 ? "\n" : "\r\n");
    }
    write_file(folder / "ids", text);
    LinesSource source(folder / "ids", 0, false);
    CHECK_FALSE(source.exhausted());
    CHECK(ids_of(take_all(source, batch)) == expected);
    CHECK(source.exhausted());
}

TEST_CASE("reading goes on at any line's position", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\r\n\nfour\n");
    LinesSource whole(folder / "ids", 0, false);
    const auto all = take_all(whole);
    REQUIRE(all.size() == 4);
    for (std::size_t i = 0; i < all.size(); ++i) {
        LinesSource rest(folder / "ids", all[i].position, false);
        CHECK(ids_of(take_all(rest)).size() == all.size() - i);
        LinesSource next(folder / "ids", all[i].position + all[i].extent, true);
        CHECK(ids_of(take_all(next)).size() == all.size() - i - 1);
        CHECK(next.exhausted());
    }
}

TEST_CASE("a last line without a newline is given only when nothing more is waited for", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntw");

    LinesSource once(folder / "ids", 0, true);
    CHECK(ids_of(take(once, 1)) == Ids{"one"});
    CHECK_FALSE(once.exhausted());
    CHECK(ids_of(take(once, 1)) == Ids{"tw"});
    CHECK(take(once, 1).empty());
    CHECK(once.exhausted());

    LinesSource growing(folder / "ids", 0, false);
    CHECK(ids_of(take_all(growing)) == Ids{"one"});
    CHECK(growing.exhausted());
    append_to(folder / "ids", "o\nthree\n");
    CHECK_FALSE(growing.exhausted());
    CHECK(ids_of(take_all(growing)) == Ids{"two", "three"});
}

TEST_CASE("a line end that was missing at the end of one run is no line of the next", "[lines_source]") {
    const TemporaryFolder folder;
    const std::string line_end = GENERATE("\n", "\r\n");
    write_file(folder / "ids", "one\ntwo");
    LinesSource before(folder / "ids", 7, false);
    CHECK(take_all(before).empty());
    append_to(folder / "ids", line_end + "three\n");
    const auto seen_growing = take_all(before);
    REQUIRE(ids_of(seen_growing) == Ids{"three"});
    CHECK(seen_growing[0].position == 7 + line_end.size());
    LinesSource after(folder / "ids", 7, false);
    CHECK(ids_of(take_all(after)) == Ids{"three"});
}

TEST_CASE("a wait ends when the file grows", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\n");
    LinesSource source(folder / "ids", 0, false);
    CHECK(ids_of(take_all(source)) == Ids{"one"});
    std::thread writer([&] { append_to(folder / "ids", "two\n"); });
    const auto until = std::chrono::steady_clock::now() + 10s;
    Ids ids;
    while (ids.empty() && std::chrono::steady_clock::now() < until) {
        source.wait(-1, 10s);
        ids = ids_of(take_all(source));
    }
    writer.join();
    CHECK(ids == Ids{"two"});
    CHECK(std::chrono::steady_clock::now() < until);
}

TEST_CASE("what has been read wakes no wait any more", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\n");
    LinesSource source(folder / "ids", 0, false);
    append_to(folder / "ids", "two\nunfinished");
    CHECK(take_all(source).size() == 2);
    const auto begin = std::chrono::steady_clock::now();
    source.wait(-1, 30ms);
    CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
}

TEST_CASE("a wait ends when a signal has come", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "");
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd signal_fd(ends[0]);
    const UniqueFd sender(ends[1]);
    LinesSource source(folder / "ids", 0, false);
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(::write(sender.get(), "x", 1) == 1);
    source.wait(signal_fd.get(), 60s);
    source.stop();
    source.wait(signal_fd.get(), 60s);
    CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("a stopped file gives nothing more", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\n");
    LinesSource source(folder / "ids", 0, false);
    CHECK(take(source, 1).size() == 1);
    source.stop();
    CHECK(take(source, 1).empty());
    CHECK(source.exhausted());
}

TEST_CASE("a file that shrinks is a failure that says so", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\nthr");
    LinesSource source(folder / "ids", 0, false);
    CHECK(take_all(source).size() == 2);
    std::filesystem::resize_file(folder / "ids", 5);
    const auto [status, message] = failure_of([&] { (void)take(source, 1); });
    CHECK(status == ExitStatus::NoInput);
    CHECK(mentions(message, "shrunk to 5 bytes when 11"));
}

TEST_CASE("a file that is not the one that was read is refused", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\n");
    const auto beyond = failure_of([&] { LinesSource(folder / "ids", 9, false); });
    CHECK(beyond.first == ExitStatus::Configuration);
    CHECK(mentions(beyond.second, "has 8 bytes, but 9"));
    const auto within = failure_of([&] { LinesSource(folder / "ids", 5, false); });
    CHECK(within.first == ExitStatus::Configuration);
    CHECK(mentions(within.second, "within a line"));
}

TEST_CASE("only a regular file that can be read is accepted", "[lines_source]") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    write_file(folder / "secret", "one\n");
    REQUIRE(::chmod((folder / "secret").c_str(), 0) == 0);
    for (const char* name : {"missing", "fifo", "", "secret"}) {
        const WithoutPrivileges lowered;
        INFO("name: " << name);
        const auto failure = failure_of([&] { LinesSource(folder / name, 0, false); });
        CHECK(failure.first == ExitStatus::NoInput);
        CHECK(mentions(failure.second, folder.path().string()));
        CHECK(failure.second.find('\n') == std::string::npos);
    }
}
