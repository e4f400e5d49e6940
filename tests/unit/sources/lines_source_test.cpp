// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/lines_source.hpp"

#include <poll.h>

#include <algorithm>
#include <thread>

#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/source_fixture.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

namespace {

Resume at(std::uint64_t position) {
    Resume resume;
    resume.position = position;
    return resume;
}

// What a producer that has read the first `bytes` of `text`, which end with a line, leaves to the next one;
// `is_start`: to one of another run.
Resume after(std::string_view text, std::size_t bytes, bool is_start) {
    ListDigest digest;
    digest.add(text.substr(0, bytes));
    Resume resume = at(bytes);
    resume.marks = {{bytes, digest.digest(), digest.chain()}};
    resume.list_checked = !is_start;
    return resume;
}

// As `ids` 1, 2, 3, ... a line each, all of one length.
std::string numbered(int from, int to, char prefix = 'a') {
    std::string text;
    for (int i = from; i <= to; ++i) text += prefix + std::to_string(100'000 + i) + "\n";
    return text;
}

// Has the source look at its file and take what is there until `met`, for half a minute at most; true if it
// was.
template <class Met>
bool soon(LinesSource& source, Ids& ids, Met&& met) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (!met() && std::chrono::steady_clock::now() < until) {
        for (const auto& id : ids_of(take_all(source))) ids.push_back(id);
        source.wait(-1, 20ms);
    }
    return met();
}

}  // namespace

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
    LinesSource source(folder / "ids", at(0), false);
    CHECK_FALSE(source.exhausted());
    CHECK(ids_of(take_all(source, batch)) == expected);
    CHECK(source.exhausted());
}

TEST_CASE("reading goes on at any line's position", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\r\n\nfour\n");
    // One at a time: a list has one pipeline.
    const auto from = [&](std::uint64_t position) {
        LinesSource rest(folder / "ids", at(position), false);
        return take_all(rest);
    };
    const auto all = from(0);
    REQUIRE(all.size() == 4);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(ids_of(from(all[i].position)).size() == all.size() - i);
        LinesSource next(folder / "ids", at(all[i].position + all[i].extent), true);
        CHECK(ids_of(take_all(next)).size() == all.size() - i - 1);
        CHECK(next.exhausted());
    }
}

TEST_CASE("a last line without a newline is given only when nothing more is waited for", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntw");

    {
        LinesSource once(folder / "ids", at(0), true);
        CHECK(ids_of(take(once, 1)) == Ids{"one"});
        CHECK_FALSE(once.exhausted());
        CHECK(ids_of(take(once, 1)) == Ids{"tw"});
        CHECK(take(once, 1).empty());
        CHECK(once.exhausted());
    }
    LinesSource growing(folder / "ids", at(0), false);
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
    {
        LinesSource before(folder / "ids", at(7), false);
        CHECK(take_all(before).empty());
        append_to(folder / "ids", line_end + "three\n");
        const auto seen_growing = take_all(before);
        REQUIRE(ids_of(seen_growing) == Ids{"three"});
        CHECK(seen_growing[0].position == 7 + line_end.size());
    }
    LinesSource after(folder / "ids", at(7), false);
    CHECK(ids_of(take_all(after)) == Ids{"three"});
}

TEST_CASE("a wait ends when the file grows", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\n");
    LinesSource source(folder / "ids", at(0), false);
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
    LinesSource source(folder / "ids", at(0), false);
    append_to(folder / "ids", "two\nunfinished");
    CHECK(take_all(source).size() == 2);
    const auto begin = std::chrono::steady_clock::now();
    source.wait(-1, 30ms);
    CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
}

TEST_CASE("a wait ends when a signal has come", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "");
    const Pipe signals;
    LinesSource source(folder / "ids", at(0), false);
    const auto begin = std::chrono::steady_clock::now();
    signals.write("x");
    source.wait(signals.out.get(), 60s);
    source.stop();
    source.wait(signals.out.get(), 60s);
    CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("a stopped file gives nothing more", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo\n");
    LinesSource source(folder / "ids", at(0), false);
    CHECK(take(source, 1).size() == 1);
    source.stop();
    CHECK(take(source, 1).empty());
    CHECK(source.exhausted());
}

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
}

TEST_CASE("every position that an item of the last batch ends at has its mark", "[lines_source]") {
    const TemporaryFolder folder;
    const std::string text = numbered(1, 140'000) + std::string(300'000, 'x') + "\n" + numbered(1, 5);
    write_file(folder / "ids", text);
    LinesSource source(folder / "ids", at(0), true);
    CHECK_FALSE(source.mark());
    std::size_t position = 0;
    for (auto batch = take(source, 256); !batch.empty(); batch = take(source, 256)) {
        for (const auto* item : {&batch.front(), &batch[batch.size() / 2], &batch.back()}) {
            const std::size_t end = item->position + item->extent;
            ListDigest all;
            all.add(std::string_view(text).substr(0, end));
            const auto mark = source.mark_at(end);
            REQUIRE(mark);
            CHECK(mark->digest == all.digest());
        }
        position = batch.back().position + batch.back().extent;
        REQUIRE(source.mark()->position == position);
    }
    CHECK(position == text.size());
    CHECK_FALSE(source.mark_at(8));
}

TEST_CASE("only a regular file that can be read is accepted", "[lines_source]") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    write_file(folder / "secret", "one\n");
    REQUIRE(::chmod((folder / "secret").c_str(), 0) == 0);
    for (const char* name : {"missing", "fifo", "", "secret"}) {
        const WithoutPrivileges lowered;
        INFO("name: " << name);
        const auto failure = refusal_of([&] { LinesSource(folder / name, at(0), false); });
        CHECK(failure.status == ExitStatus::NoInput);
        CHECK(mentions(failure.text, folder.path().string()));
        CHECK(failure.text.find('\n') == std::string::npos);
    }
}
