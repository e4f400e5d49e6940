// SPDX-License-Identifier: Apache-2.0
// Lists that change while they are read, or between two runs.
#include "producer/sources/lines_source.hpp"

#include <fcntl.h>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/os/source_lock.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/source_fixture.hpp"
#include "tests/unit/sources/list_reading.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

TEST_CASE("a list that is cut gives nothing more until it is whole again", "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    const std::string text = numbered(1, 100);
    write_file(folder / "ids", text + "unfin");
    LinesSource source(folder / "ids", at(0), false);
    REQUIRE(take_all(source).size() == 100);
    std::filesystem::resize_file(folder / "ids", 8);
    Ids more;
    REQUIRE(soon(source, more, [&] { return log.has("has shrunk to 8 bytes when 805 had been"); }));
    append_to(folder / "ids", numbered(101, 300));
    for (int i = 0; i < 3; ++i) CHECK(take(source, 5).empty());
    write_file(folder / "ids", text + numbered(101, 102));
    REQUIRE(soon(source, more, [&] { return more.size() >= 2; }));
    CHECK(more == Ids{"a100101", "a100102"});
    CHECK(log.has("is there again"));
}

TEST_CASE("a list that is cut is a failure of a run that ends with it", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\nthr");
    LinesSource source(folder / "ids", at(0), true);
    CHECK(take(source, 2).size() == 2);
    std::filesystem::resize_file(folder / "ids", 5);
    const auto [status, message] = refusal_of([&] {
        for (int i = 0; i < 3; ++i) (void)take(source, 1);
    });
    CHECK(status == ExitStatus::Configuration);
    CHECK(mentions(message, "shrunk to 5 bytes when 11"));
    CHECK(mentions(message, "--from-start"));
}

TEST_CASE("a list that is cut and filled anew at once is read no further, whatever length it has",
          "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    const auto count = GENERATE(100, 130, 3000);
    write_file(folder / "ids", numbered(1, 100));
    LinesSource source(folder / "ids", at(0), false);
    REQUIRE(take_all(source).size() == 100);
    write_file(folder / "ids", numbered(1, count, 'c'));
    Ids more;
    REQUIRE(soon(source, more, [&] { return log.has("was filled anew"); }));
    CHECK(more.empty());
    CHECK(log.has("--from-start"));
}

TEST_CASE("a line that is edited in its place is noticed, however far before the end of what was read",
          "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    std::string text = numbered(1, 20'000);
    write_file(folder / "ids", text);
    LinesSource source(folder / "ids", at(0), false);
    REQUIRE(take_all(source, 1000).size() == 20'000);
    text[3] = '7';
    write_file(folder / "ids", text + numbered(20'001, 20'010));
    Ids more;
    REQUIRE(soon(source, more, [&] { return log.has("was filled anew"); }));
}

TEST_CASE("a list that is renamed or removed is read to its end", "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    write_file(folder / "ids", numbered(1, 100));
    LinesSource source(folder / "ids", at(0), false);
    REQUIRE(take(source, 10).size() == 10);
    std::filesystem::rename(folder / "ids", folder / "old");
    append_to(folder / "old", numbered(101, 120));
    Ids rest;
    REQUIRE(soon(source, rest, [&] { return log.has("was renamed or removed") && rest.size() >= 110; }));
    append_to(folder / "old", numbered(121, 130));
    REQUIRE(soon(source, rest, [&] { return rest.size() >= 120; }));
    std::filesystem::rename(folder / "old", folder / "ids");
    REQUIRE(soon(source, rest, [&] { return log.has("has its name again"); }));
    CHECK(rest.size() == 120);
}

TEST_CASE("a list that another file has replaced is read to its end, and the other is not read",
          "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    write_file(folder / "ids", numbered(1, 100));
    LinesSource source(folder / "ids", at(0), false);
    REQUIRE(take(source, 10).size() == 10);
    std::filesystem::rename(folder / "ids", folder / "old");
    write_file(folder / "ids", numbered(1, 500, 'b'));
    Ids rest;
    REQUIRE(soon(source, rest, [&] { return log.has("no more is taken"); }));
    CHECK(rest.size() == 90);
    CHECK(log.has("another file has its name now; the one that was opened is read to its end"));
    append_to(folder / "ids", numbered(501, 510, 'b'));
    for (int i = 0; i < 3; ++i) CHECK(take(source, 5).empty());

    SECTION("until it is back under its name") {
        append_to(folder / "old", numbered(101, 105));
        std::filesystem::rename(folder / "old", folder / "ids");
        REQUIRE(soon(source, rest, [&] { return rest.size() >= 95; }));
        CHECK(rest.back() == "a100105");
    }
    SECTION("or a copy of it") {
        write_file(folder / "copy", numbered(1, 105));
        std::filesystem::rename(folder / "copy", folder / "ids");
        REQUIRE(soon(source, rest, [&] { return rest.size() >= 95; }));
        CHECK(rest.back() == "a100105");
    }
}

TEST_CASE("a list that is written anew with more at its end is read on", "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    const bool once = GENERATE(false, true);
    write_file(folder / "ids", numbered(1, 100));
    LinesSource source(folder / "ids", at(0), once);
    REQUIRE(take(source, 10).size() == 10);
    write_file(folder / "new", numbered(1, 104));
    std::filesystem::rename(folder / "new", folder / "ids");
    REQUIRE(std::chrono::nanoseconds(source.look()) > 0ns);
    Ids rest;
    REQUIRE(soon(source, rest, [&] { return rest.size() >= 94; }));
    CHECK(rest.back() == "a100104");
    CHECK_FALSE(log.has("no more is taken"));
}

TEST_CASE("a replaced list is a failure of a run that ends with it, once it has been read",
          "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    write_file(folder / "ids", numbered(1, 100));
    LinesSource source(folder / "ids", at(0), true);
    REQUIRE(take(source, 10).size() == 10);
    std::filesystem::rename(folder / "ids", folder / "old");
    write_file(folder / "ids", numbered(1, 500, 'b'));
    source.look();
    Ids rest;
    const auto [status, message] =
        refusal_of([&] { static_cast<void>(soon(source, rest, [] { return false; })); });
    CHECK(rest.size() == 90);
    CHECK(status == ExitStatus::Configuration);
    CHECK(mentions(message, "another list has its name now"));
    CHECK(mentions(message, "--from-start"));
}

TEST_CASE("a file that is not the one that was read is refused at the start", "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    const std::string text = numbered(1, 200'000);  // more than a block
    const bool once = GENERATE(false, true);
    const auto refused = [&](const Resume& resume, const char* part) {
        LinesSource source(folder / "ids", resume, once);
        const auto [status, message] = refusal_of([&] { (void)take_all(source); });
        INFO(message);
        CHECK(status == ExitStatus::Configuration);
        CHECK(mentions(message, part));
        CHECK(mentions(message, "--from-start"));
    };
    write_file(folder / "ids", text);
    refused(at(text.size() + 1), "has 1600000 bytes, but 1600001 of it were read before");
    refused(at(5), "within a line");
    std::string edited = text;
    edited[20] = 'x';
    refused(after(edited, 1'200'000, true), "is another list");
    LinesSource same(folder / "ids", after(text, 1'200'000, true), once);
    CHECK(take_all(same, 1000).size() == 50'000);
}

TEST_CASE("lines that were acquired behind the last mark are compared one by one", "[lines_source]") {
    const TemporaryFolder folder;
    const std::string text = numbered(1, 100);
    std::string edited = text;
    edited[8 * 70 + 3] = 'x';
    Resume resume = after(text, 400, true);
    resume.position = 800;
    for (std::uint64_t line = 50; line < 100; ++line)
        resume.unmarked.push_back({8 * line, text.substr(8 * line, 7)});
    write_file(folder / "ids", edited + numbered(101, 103));
    LinesSource other(folder / "ids", resume, true);
    const auto [status, message] = refusal_of([&] { (void)take_all(other); });
    CHECK(status == ExitStatus::Configuration);
    CHECK(mentions(message, "is another list"));
    write_file(folder / "same", text + numbered(101, 103));
    LinesSource same(folder / "same", resume, true);
    CHECK(ids_of(take_all(same)) == Ids{"a100101", "a100102", "a100103"});
}

TEST_CASE("the successor of a killed producer reads no more of a list again than a block", "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    const std::string text = numbered(1, 400'000);
    write_file(folder / "ids", text);
    Resume resume = after(text, 2'400'000, false);
    resume.source_file = look_through((folder / "ids").c_str())->identity;
    // A wrong mark far before: a digest that goes through there would not be found to be the same.
    resume.marks.insert(resume.marks.begin(), {800, Digest{}, Digest{}});
    LinesSource source(folder / "ids", resume, false);
    REQUIRE(take(source, 1000).size() == 1000);
    const auto mark = source.mark();
    REQUIRE(mark);
    ListDigest all;
    all.add(std::string_view(text).substr(0, mark->position));
    CHECK(mark->digest == all.digest());
    CHECK(mark->chain == all.chain());
}

TEST_CASE("a successor that finds another list gives nothing until the list is back", "[lines_source]") {
    const TemporaryFolder folder;
    const CapturedLog log;
    const std::string text = numbered(1, 100);
    write_file(folder / "ids", numbered(1, 100, 'b'));
    LinesSource source(folder / "ids", after(text, 400, false), false);
    Ids ids;
    REQUIRE(soon(source, ids, [&] { return log.has("no more is taken"); }));
    CHECK(source.exhausted());
    CHECK_FALSE(source.mark());
    write_file(folder / "ids", text);
    REQUIRE(soon(source, ids, [&] { return ids.size() >= 50; }));
    CHECK(ids.front() == "a100051");
    const UniqueFd other(::open((folder / "ids").c_str(), O_RDONLY | O_CLOEXEC));
    CHECK_THROWS_AS(lock_source(other.get(), "lines:ids", 0ms), Failure);
}
