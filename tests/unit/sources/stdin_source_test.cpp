// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/stdin_source.hpp"

#include <sys/socket.h>

#include <thread>

#include "common/base/fd.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/source_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

namespace {

// Reads until the source is exhausted, waiting where it must.
std::vector<Taken> read_to_end(Source& source) {
    std::vector<Taken> all;
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (!source.exhausted() && std::chrono::steady_clock::now() < until) {
        const auto some = take(source, 100);
        all.insert(all.end(), some.begin(), some.end());
        if (some.empty() && !source.exhausted()) source.wait(-1, 1s);
    }
    return all;
}

UniqueFd open_for_reading(const std::filesystem::path& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

TEST_CASE("a pipe gives its lines as they come, and at its end the last one", "[stdin_source]") {
    Pipe pipe;
    StandardInputSource source(pipe.out.get(), {});
    CHECK(take(source, 4).empty());
    CHECK_FALSE(source.exhausted());
    pipe.write("one\ntwo\r\nthr");
    CHECK(ids_of(take(source, 1)) == Ids{"one"});
    CHECK(ids_of(take(source, 4)) == Ids{"two"});
    CHECK(take(source, 4).empty());
    pipe.write("ee\n\nlast");
    const auto more = take(source, 4);
    REQUIRE(more.size() == 1);
    CHECK(more[0].id == "three");
    CHECK(more[0].position == 9);
    CHECK(more[0].extent == 6);
    pipe.in.reset();
    CHECK_FALSE(source.exhausted());
    CHECK(ids_of(take(source, 4)) == Ids{"last"});
    CHECK(take(source, 4).empty());
    CHECK(source.exhausted());
    source.wait(-1, 0ms);
}

TEST_CASE("a pipe that gives blank lines only has ended at its end", "[stdin_source]") {
    Pipe pipe;
    StandardInputSource source(pipe.out.get(), {});
    pipe.write("\xef\xbb\xbf\n \r\n\n\t");
    CHECK(take(source, 4).empty());
    CHECK_FALSE(source.exhausted());
    pipe.in.reset();
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());
}

TEST_CASE("a byte order mark is no part of the first id, wherever the positions begin", "[stdin_source]") {
    const bool is_file = GENERATE(true, false);
    const TemporaryFolder folder;
    const std::string text =
        "\xef\xbb\xbf"
        "one\n\xef\xbb\xbf"
        "two\n";
    write_file(folder / "ids", text);
    const UniqueFd file = open_for_reading(folder / "ids");
    Pipe pipe;
    pipe.write(text);
    pipe.in.reset();
    Resume resume;
    resume.position = resume.start = 500;
    StandardInputSource source(is_file ? file.get() : pipe.out.get(), resume);
    const auto taken = take_all(source);
    CHECK(ids_of(taken) == Ids{"one",
                               "\xef\xbb\xbf"
                               "two"});
    CHECK(taken.at(0).position == 500);
    if (!is_file) return;
    // A later producer begins within the file, where no mark can be.
    resume.position = taken[0].position + taken[0].extent;
    StandardInputSource next(file.get(), resume);
    CHECK(ids_of(take_all(next)) == Ids{"\xef\xbb\xbf"
                                        "two"});
}

TEST_CASE("a pipe gives ids that end with NUL", "[stdin_source]") {
    Pipe pipe;
    StandardInputSource source(pipe.out.get(), {}, kNulSeparated);
    pipe.write(std::string("a\nb\0 \0\0c", 8));
    CHECK(ids_of(take(source, 4)) == Ids{"a\nb", " "});
    pipe.in.reset();
    CHECK(ids_of(take(source, 4)) == Ids{"c"});
    CHECK(take(source, 4).empty());
    CHECK(source.exhausted());
}

TEST_CASE("a writer that is faster than the reader loses nothing", "[stdin_source]") {
    Pipe pipe;
    StandardInputSource source(pipe.out.get(), {});
    std::thread writer([&] {
        for (int i = 0; i < 50'000; ++i) pipe.write(std::to_string(i) + "\n");
        pipe.in.reset();
    });
    const auto all = read_to_end(source);
    const bool ended = source.exhausted();
    pipe.out.reset();
    writer.join();
    REQUIRE(ended);
    REQUIRE(all.size() == 50'000);
    std::uint64_t position = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        REQUIRE(all[i].id == std::to_string(i));
        REQUIRE(all[i].position == position);
        position += all[i].extent;
    }
}

TEST_CASE("no more is read ahead than 4 KiB, and nothing before it is needed", "[stdin_source]") {
    Pipe pipe;
    std::string lines;
    while (lines.size() < 20'000) lines += "a\n";
    pipe.write(lines);
    StandardInputSource source(pipe.out.get(), {});
    for (int i = 0; i < 2; ++i) CHECK(take(source, 1024).size() == 1024);
    source.stop();
    CHECK(source.exhausted());
    std::string rest(20'000, ' ');
    CHECK(::read(pipe.out.get(), rest.data(), rest.size()) == 20'000 - 4096);
}

TEST_CASE("when stopped, lines that were read are still given and what is lost is reported",
          "[stdin_source]") {
    const CapturedLog captured;
    Pipe pipe;
    StandardInputSource source(pipe.out.get(), {});
    pipe.write("one\ntwo\nthree\nunfinis");
    CHECK(ids_of(take(source, 1)) == Ids{"one"});
    source.stop();
    source.stop();
    pipe.write("hed\nfour\n");
    CHECK_FALSE(source.exhausted());
    CHECK(ids_of(take_all(source)) == Ids{"two", "three"});
    CHECK(source.exhausted());
    const auto lines = captured.lines();
    REQUIRE(lines.size() == 1);
    CHECK(mentions(lines[0], "its 7 bytes"));
}

TEST_CASE("positions go on from where an earlier run ended", "[stdin_source]") {
    Pipe pipe;
    Resume resume;
    resume.position = 1000;
    resume.start = 900;
    StandardInputSource source(pipe.out.get(), resume);
    pipe.write("one\ntwo\n");
    const auto taken = take(source, 4);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].position == 1000);
    CHECK(taken[1].position == 1004);
}

TEST_CASE("a file as standard input is read again exactly from where the items ended", "[stdin_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "skipped\none\ntwo\nthree");
    const UniqueFd file = open_for_reading(folder / "ids");
    REQUIRE(::lseek(file.get(), 8, SEEK_SET) == 8);  // as a shell's `read` before the program leaves it

    Resume resume;
    resume.position = 500;  // of an earlier run with another file
    resume.start = 500;
    std::vector<Taken> first;
    {
        StandardInputSource killed(file.get(), resume);
        first = take(killed, 1);
    }
    REQUIRE(ids_of(first) == Ids{"one"});
    CHECK(first[0].position == 500);
    resume.position = first[0].position + first[0].extent;
    StandardInputSource next(file.get(), resume);
    next.wait(-1, 1h);  // does not wait: there is more
    const auto rest = take_all(next);
    CHECK(ids_of(rest) == Ids{"two", "three"});
    CHECK(rest[1].position == 508);
    CHECK(next.exhausted());

    resume.position = 500 + 100;
    const auto failure = refusal_of([&] { StandardInputSource(file.get(), resume); });
    CHECK(failure.status == ExitStatus::Configuration);
    CHECK(mentions(failure.text, "the same file again"));
}

TEST_CASE("a socket and /dev/null are standard inputs too", "[stdin_source]") {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    REQUIRE(::write(theirs.get(), "one\n", 4) == 4);
    theirs.reset();
    StandardInputSource socket(ours.get(), {});
    CHECK(ids_of(read_to_end(socket)) == Ids{"one"});
    CHECK(socket.exhausted());

    const UniqueFd null = open_for_reading("/dev/null");
    StandardInputSource nothing(null.get(), {});
    CHECK(read_to_end(nothing).empty());
    CHECK(nothing.exhausted());
}

TEST_CASE("a standard input that cannot be read is one clear line", "[stdin_source]") {
    const TemporaryFolder folder;
    const UniqueFd directory = open_for_reading(folder.path());
    Pipe pipe;
    UniqueFd closed = open_for_reading("/dev/null");
    const int number = closed.get();
    closed.reset();
    for (const int fd : {number, directory.get(), pipe.in.get()}) {
        const auto failure = refusal_of([&] { StandardInputSource(fd, {}); });
        CHECK(failure.status == ExitStatus::NoInput);
        CHECK(mentions(failure.text, "standard input"));
    }
}
