// SPDX-License-Identifier: Apache-2.0
#include "common/base/log.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>

#include "common/base/fd.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"

using pipeline::configure_log;
using pipeline::LogLevel;
using pipeline::UniqueFd;
using pipeline::write_log;

namespace {

constexpr std::size_t kMaxLine = 4096;

// While it lives, `fd` is stderr; the log's settings are put back when it goes.
class LogTo {
  public:
    explicit LogTo(int fd) : redirected_(fd) {}
    LogTo(const LogTo&) = delete;
    LogTo& operator=(const LogTo&) = delete;
    ~LogTo() {
        ::unsetenv("JOURNAL_STREAM");
        configure_log("invoice-pipeline", LogLevel::Info);
    }

  private:
    pipeline::test::StderrTo redirected_;
};

UniqueFd memory_file() {
    UniqueFd file(::memfd_create("log", MFD_CLOEXEC));
    REQUIRE(file);
    return file;
}

std::string content(const UniqueFd& file) {
    struct stat status {};
    REQUIRE(::fstat(file.get(), &status) == 0);
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    REQUIRE(::pread(file.get(), text.data(), text.size(), 0) == status.st_size);
    return text;
}

// What `action` writes as the program "supervisor", with everything logged.
template <class Action>
std::string logged(Action&& action) {
    const auto file = memory_file();
    const LogTo redirected(file.get());
    configure_log("supervisor", LogLevel::Debug);
    action();
    return content(file);
}

// What follows "supervisor[PID] notice: ", without the newline.
std::string text_of(const std::string& line) {
    const auto colon = line.find("notice: ");
    REQUIRE(colon != std::string::npos);
    REQUIRE(line.back() == '\n');
    return line.substr(colon + 8, line.size() - colon - 9);
}

std::string journal_stream(const UniqueFd& file, unsigned long off = 0) {
    struct stat status {};
    REQUIRE(::fstat(file.get(), &status) == 0);
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino + off);
}

}  // namespace

TEST_CASE("a line says when, who and how urgent", "[log]") {
    const auto line = logged([] { pipeline::log(LogLevel::Notice, "drained {} of {}", 38, "38"); });
    const std::regex form(
        R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} supervisor\[(\d+)\] notice: drained 38 of 38\n)");
    std::smatch parts;
    REQUIRE(std::regex_match(line, parts, form));
    CHECK(parts[1] == std::to_string(::getpid()));
}

TEST_CASE("the time of a line is the local time", "[log]") {
    const char* const before = std::getenv("TZ");
    const std::string saved = before == nullptr ? "" : before;
    const auto hour_in = [](const char* zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
        return std::stoi(logged([] { write_log(LogLevel::Notice, "x"); }).substr(11, 2));
    };
    const int first = hour_in("UTC0");
    const int east = hour_in("XXX-5");
    const int again = hour_in("UTC0");
    if (before == nullptr) {
        ::unsetenv("TZ");
    } else {
        ::setenv("TZ", saved.c_str(), 1);
    }
    ::tzset();
    // The hour may change between two lines, but not twice.
    CHECK((east == (first + 5) % 24 || east == (again + 5) % 24));
}

TEST_CASE("a line for the journal is its priority, the program and the text", "[log]") {
    struct Case {
        LogLevel level;
        std::string line;
    };
    const auto wanted = GENERATE(values<Case>({{LogLevel::Error, "<3>consumer: text\n"},
                                               {LogLevel::Warning, "<4>consumer: text\n"},
                                               {LogLevel::Notice, "<5>consumer: text\n"},
                                               {LogLevel::Info, "<6>consumer: text\n"},
                                               {LogLevel::Debug, "<7>consumer: text\n"}}));
    const auto file = memory_file();
    {
        const LogTo redirected(file.get());
        ::setenv("JOURNAL_STREAM", journal_stream(file).c_str(), 1);
        configure_log("consumer", LogLevel::Debug);
        pipeline::log(wanted.level, "text");
    }
    CHECK(content(file) == wanted.line);
}

TEST_CASE("a JOURNAL_STREAM that is not stderr is not taken for it", "[log]") {
    const auto file = memory_file();
    const auto real = journal_stream(file);
    std::size_t lines = 0;
    for (const auto& text : {journal_stream(file, 1), std::string(), std::string(":"), std::string("x"),
                             real + "x", real.substr(0, real.find(':')), std::string("0:0"), " " + real}) {
        CAPTURE(text);
        const LogTo redirected(file.get());
        ::setenv("JOURNAL_STREAM", text.c_str(), 1);
        configure_log("consumer", LogLevel::Debug);
        write_log(LogLevel::Notice, "text");
        ++lines;
    }
    const auto written = content(file);
    const std::regex form(R"((\d{4}-\S+ \S+ consumer\[\d+\] notice: text\n)+)");
    CHECK(std::regex_match(written, form));
    CHECK(static_cast<std::size_t>(std::count(written.begin(), written.end(), '\n')) == lines);
}

TEST_CASE("what is less urgent than the level is left out", "[log]") {
    const auto file = memory_file();
    {
        const LogTo redirected(file.get());
        configure_log("supervisor", LogLevel::Warning);
        CHECK(pipeline::is_logged(LogLevel::Error));
        CHECK(pipeline::is_logged(LogLevel::Warning));
        CHECK_FALSE(pipeline::is_logged(LogLevel::Notice));
        pipeline::log(LogLevel::Debug, "debug");
        pipeline::log(LogLevel::Info, "info");
        pipeline::log(LogLevel::Notice, "notice");
        pipeline::log(LogLevel::Warning, "one");
        pipeline::log(LogLevel::Error, "two");
    }
    const auto text = content(file);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(text.find("warning: one\n") != std::string::npos);
    CHECK(text.find("error: two\n") != std::string::npos);
}

TEST_CASE("control characters cannot begin a line of their own", "[log]") {
    const std::string text("a\nb\r\x1b[2J\x7f\0\ttab \xc3\xa4", 17);
    const auto line = logged([&] { write_log(LogLevel::Notice, text); });
    CHECK(text_of(line) == "a\\x0ab\\x0d\\x1b[2J\\x7f\\x00\\x09tab \xc3\xa4");
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
}

TEST_CASE("what a terminal would obey is not written, as a character or as a byte", "[log]") {
    const auto line = logged([] { write_log(LogLevel::Notice, "\xc2\x9b\x32J \x9b\x32J \xc3\xa4"); });
    CHECK(text_of(line) == "\\xc2\\x9b2J \\x9b2J \xc3\xa4");
}

TEST_CASE("what turns the direction of text or is not seen is not written", "[log]") {
    const auto line = logged([] { write_log(LogLevel::Notice, "rtl\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf"); });
    CHECK(text_of(line) == R"(rtl\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf)");
}

TEST_CASE("a line that is too long is cut and shows it", "[log]") {
    const auto prefix = logged([] { write_log(LogLevel::Notice, ""); }).size() - 1;
    const auto room = kMaxLine - 1 - prefix;
    SECTION("the longest line that fits is whole") {
        const auto line = logged([&] { write_log(LogLevel::Notice, std::string(room, 'x')); });
        CHECK(line.size() == kMaxLine);
        CHECK(text_of(line) == std::string(room, 'x'));
    }
    SECTION("one more character is too much") {
        const auto line = logged([&] { write_log(LogLevel::Notice, std::string(room + 1, 'x')); });
        CHECK(line.size() == kMaxLine);
        CHECK(text_of(line) == std::string(room - 3, 'x') + "...");
    }
    SECTION("a formatted text is cut too") {
        const auto line = logged([&] { pipeline::log(LogLevel::Notice, "{}", std::string(100'000, 'x')); });
        CHECK(line.size() == kMaxLine);
        CHECK(text_of(line) == std::string(room - 3, 'x') + "...");
    }
    SECTION("neither an escape nor a character of several bytes is cut in two") {
        for (std::size_t shift = 0; shift < 4; ++shift) {
            std::string escapes(shift, 'x');
            std::string characters(shift, 'x');
            for (std::size_t i = 0; i < 2000; ++i) {
                escapes += '\n';
                characters += "\xe2\x82\xac";
            }
            const auto escaped = text_of(logged([&] { write_log(LogLevel::Notice, escapes); }));
            CHECK(std::regex_match(escaped, std::regex(R"(x*(\\x0a)*\.\.\.)")));
            CHECK(escaped.size() > room - 8);
            const auto whole = text_of(logged([&] { write_log(LogLevel::Notice, characters); }));
            CHECK((whole.size() - shift - 3) % 3 == 0);
            CHECK(whole.size() > room - 6);
        }
    }
}

TEST_CASE("a stderr that never takes the line does not hold the program up", "[log]") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    while (::write(writer.get(), "full", 4) > 0) {
    }
    const auto begin = std::chrono::steady_clock::now();
    {
        const LogTo redirected(writer.get());
        errno = ENOTTY;
        write_log(LogLevel::Notice, "lost");
        CHECK(errno == ENOTTY);
    }
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("a stderr that is full for a moment gets the line whole", "[log]") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    const std::string filler(kMaxLine, 'f');
    std::size_t filled = 0;
    while (::write(writer.get(), filler.data(), filler.size()) > 0) filled += filler.size();

    // Empties the pipe as soon as the writer has begun, and goes on to its end.
    std::string received;
    std::thread drain([&] {
        ::fcntl(reader.get(), F_SETFL, 0);
        std::array<char, kMaxLine> piece{};
        while (true) {
            const auto bytes = ::read(reader.get(), piece.data(), piece.size());
            if (bytes <= 0) break;
            received.append(piece.data(), static_cast<std::size_t>(bytes));
        }
    });
    {
        const LogTo redirected(writer.get());
        configure_log("supervisor", LogLevel::Info);
        write_log(LogLevel::Notice, std::string(3000, 'x'));
    }
    writer.reset();
    drain.join();
    CHECK(received.size() > filled + 3000);
    CHECK(text_of(received.substr(filled)) == std::string(3000, 'x'));
}

TEST_CASE("a closed stderr is no reason to fail", "[log]") {
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));  // writing gives EBADF
    REQUIRE(null);
    const LogTo redirected(null.get());
    errno = 0;
    write_log(LogLevel::Error, "lost");
    CHECK(errno == 0);
}

TEST_CASE("a level is known by its name", "[log]") {
    for (const auto level :
         {LogLevel::Error, LogLevel::Warning, LogLevel::Notice, LogLevel::Info, LogLevel::Debug}) {
        CHECK(pipeline::parse_log_level(to_text(level)) == level);
    }
    for (const auto* text : {"", "Error", "warn", "6", "info "}) {
        CHECK_THROWS_WITH(pipeline::parse_log_level(text),
                          "error, warning, notice, info or debug is accepted");
    }
}
