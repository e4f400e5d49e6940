// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/lines_source.hpp"

#include <random>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/source_fixture.hpp"
#include "tests/support/text.hpp"
#include "tests/support/without_privileges.hpp"
#include "tests/unit/sources/list_reading.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

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
    REQUIRE(all.size() == 3);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(ids_of(from(all[i].position)).size() == all.size() - i);
        LinesSource next(folder / "ids", at(all[i].position + all[i].extent), true);
        CHECK(ids_of(take_all(next)).size() == all.size() - i - 1);
        CHECK(next.exhausted());
    }
}

TEST_CASE("blank lines are passed over, and a list that has nothing else left has ended", "[lines_source]") {
    const bool once = GENERATE(true, false);
    const TemporaryFolder folder;
    write_file(folder / "ids", "\xef\xbb\xbf\r\none\n\n \t\n\r\n");
    LinesSource source(folder / "ids", at(0), once);
    const auto taken = take_all(source);
    CHECK(ids_of(taken) == Ids{"one"});
    CHECK(taken.at(0).position == 5);
    CHECK(source.exhausted());
    // The next producer goes on behind the item: the mark there has the digest of what is before it.
    const auto mark = source.mark();
    REQUIRE(mark);
    CHECK(mark->position == 9);
    CHECK(source.mark_at(9)->digest == mark->digest);
    if (once) return;
    append_to(folder / "ids", "two\n\n");
    CHECK_FALSE(source.exhausted());
    const auto more = take_all(source);
    CHECK(ids_of(more) == Ids{"two"});
    CHECK(more.at(0).position == 15);
    CHECK(source.mark()->position == 19);
}

TEST_CASE("blank lines without end keep a producer busy for no longer than some of them", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", std::string(std::size_t{9} << 20U, '\n') + "last\n");
    LinesSource source(folder / "ids", at(0), true);
    Ids ids;
    int calls = 0;
    for (; ids.empty() && calls < 10; ++calls) {
        CHECK_FALSE(source.exhausted());
        ids = ids_of(take(source, 4));
    }
    CHECK(ids == Ids{"last"});
    CHECK(calls > 1);
    CHECK(take(source, 4).empty());
    CHECK(source.exhausted());
}

TEST_CASE("a blank line that becomes an id after it was passed over is noticed", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\n   \n");
    LinesSource source(folder / "ids", at(0), false);
    Ids ids = ids_of(take_all(source));
    CHECK(ids == Ids{"one"});
    write_file(folder / "ids", "one\ntwo\n");
    // It is another list now, but one that begins as this one did up to its last item: it is read on there.
    CHECK(soon(source, ids, [&] { return ids == Ids{"one", "two"}; }));
}

TEST_CASE("a file of the kernel, whose size is not what it holds, is no list", "[lines_source]") {
    const auto failure = refusal_of([&] { LinesSource("/proc/self/status", at(0), true); });
    CHECK(failure.status == ExitStatus::NoInput);
    CHECK(failure.text ==
          "lines:/proc/self/status: has bytes, and the size 0; it is read with lines:- and `<`");
}

TEST_CASE("ids that end with NUL are read from a file, and newlines are theirs", "[lines_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", std::string("a\nb\0\0c\r\0d", 9));
    {
        LinesSource source(folder / "ids", at(0), false, {}, kNulSeparated);
        CHECK(ids_of(take_all(source)) == Ids{"a\nb", "c\r"});
        append_to(folder / "ids", std::string("e\0", 2));
        const auto more = take_all(source);
        CHECK(ids_of(more) == Ids{"de"});
        CHECK(more.at(0).position == 8);
    }
    {
        LinesSource once(folder / "ids", at(0), true, {}, kNulSeparated);
        CHECK(ids_of(take_all(once)) == Ids{"a\nb", "c\r", "de"});
        CHECK(once.exhausted());
    }
    const auto failure = refusal_of([&] {
        LinesSource within(folder / "ids", at(2), true, {}, kNulSeparated);  // behind the newline
        static_cast<void>(take(within, 1));
    });
    CHECK(failure.status == ExitStatus::Configuration);
}

TEST_CASE("a kill between any two items, and in the middle of blank lines, loses and doubles none",
          "[lines_source]") {
    const auto seed = test_seed();
    INFO("seed " << seed);
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    for (int round = 0; round < 10; ++round) {
        const ListForm& form = random() % 2 == 0 ? kLines : kNulSeparated;
        const TemporaryFolder folder;
        std::string text = form.is_text && random() % 2 == 0 ? "\xef\xbb\xbf" : "";
        for (int i = 0; i < 40; ++i) {
            for (auto blanks = random() % 3; blanks != 0; --blanks) text += form.separator;
            text += "id" + std::to_string(i) + (random() % 3 == 0 ? "\r" : "") + form.separator;
        }
        for (auto blanks = random() % 3; blanks != 0; --blanks) text += form.separator;
        write_file(folder / "ids", text);
        Ids expected;
        {
            LinesSource whole(folder / "ids", at(0), true, {}, form);
            expected = ids_of(take_all(whole));
        }
        REQUIRE(expected.size() == 40);
        for (std::size_t killed_after = 0; killed_after <= expected.size(); ++killed_after) {
            Resume resume;
            Ids ids;
            {
                // The producer has read everything, but pushed some items only.
                LinesSource first(folder / "ids", at(0), true, {}, form);
                std::vector<Taken> taken;
                if (killed_after != 0) taken = take(first, killed_after);
                ids = ids_of(taken);
                if (const auto mark = first.mark(); mark && random() % 2 == 0) resume.marks = {*mark};
                if (!taken.empty()) resume.position = taken.back().position + taken.back().extent;
                if (!resume.marks.empty()) REQUIRE(resume.marks.back().position == resume.position);
                resume.list_checked = true;
                resume.source_file = first.file().value_or(FileIdentity{});
            }
            LinesSource next(folder / "ids", resume, true, {}, form);
            for (const auto& id : ids_of(take_all(next))) ids.push_back(id);
            REQUIRE(ids == expected);
            REQUIRE(next.exhausted());
        }
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
