// SPDX-License-Identifier: Apache-2.0
// The source with programs that behave as a test wants them to: shell scripts, which wait for events.
#include "producer/sources/program/exec_source.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "common/spec/words.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/files.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/source_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

namespace {

// A folder with the program, which finds itself in it.
class Feed {
  public:
    explicit Feed(const std::string& script) {
        write_file(path("feed.sh"), "#!/bin/sh\ncd " + folder_.path().string() + "\n" + script);
        ::chmod(path("feed.sh").c_str(), 0755);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] std::string read(const std::string& name) const {
        return std::filesystem::exists(path(name)) ? read_file(path(name)) : std::string();
    }
    void touch(const std::string& name) const { write_file(path(name), ""); }
    [[nodiscard]] std::unique_ptr<ExecSource> open(bool once = false, const Resume& resume = {},
                                                   SourceContext context = {}) const {
        return std::make_unique<ExecSource>(parse_source("exec:" + join_words({path("feed.sh")})), resume,
                                            once, context);
    }

  private:
    TemporaryFolder folder_;
};

// Takes until there are so many items, or the deadline.
std::vector<Taken> take_so_many(Source& source, std::size_t count) {
    std::vector<Taken> all;
    static_cast<void>(eventually([&] {
        const auto some = take(source, 100);
        all.insert(all.end(), some.begin(), some.end());
        if (all.size() < count) source.wait(-1, 10ms);
        return all.size() >= count;
    }));
    return all;
}

// Lets the source do its work until `holds`; it must give nothing meanwhile.
template <class Holds>
bool serve_until(Source& source, Holds&& holds) {
    return eventually([&] {
        CHECK(take(source, 100).empty());
        if (!holds()) source.wait(-1, 10ms);
        return holds();
    });
}

void acknowledge(Source& source, const Taken& item, Outcome outcome = Outcome::Booked) {
    source.acknowledge({item.position, item.id, item.unusable, outcome});
}

const std::string kKeep = "cat > told\n";

}  // namespace

TEST_CASE("a program gives invoices and reads what has become of them", "[exec_source]") {
    const Feed feed(
        "printf '5\\ta\\n3\\tb\\n'; echo '{\"position\":9,\"id\":\"c\",\"body\":\"text\"}'; echo\n" + kKeep);
    const auto source = feed.open();
    const auto items = take_so_many(*source, 3);
    CHECK(ids_of(items) == Ids{"a", "b", "c"});
    CHECK(items[0].position == 5);
    CHECK(items[2].position == 9);
    CHECK(serve_until(*source, [&] { return source->exhausted(); }));
    acknowledge(*source, items[1]);
    acknowledge(*source, items[0], Outcome::Duplicate);
    acknowledge(*source, items[2], Outcome::Waiting);
    acknowledge(*source, items[2], Outcome::Booked);  // of a later round
    CHECK(serve_until(*source,
                      [&] { return feed.read("told") == "3\tbooked\tb\n5\tduplicate\ta\n9\twaiting\tc\n"; }));
}

TEST_CASE("a body of a program goes with its invoice, and one that is too long does not", "[exec_source]") {
    const Feed feed(
        "echo '{\"position\":1,\"id\":\"a\",\"body\":\"text\"}'\n"
        "printf '{\"position\":2,\"id\":\"b\",\"body\":\"'; head -c 2000 /dev/zero | tr '\\0' x; echo '\"}'\n"
        "printf '{\"position\":3,\"id\":\"c\",\"body\":\"'; head -c 200000 /dev/zero | tr '\\0' x; echo "
        "'\"}'\n"
        "printf '4\\t'; head -c 200000 /dev/zero | tr '\\0' x; echo; printf '5\\t\\n6\\tlast\\n'\n" +
        kKeep);
    SourceContext context;
    context.body_max = 1024;
    const auto source = feed.open(false, {}, context);
    std::vector<std::string> seen;
    CHECK(eventually([&] {
        std::vector<Item> items(1);
        if (source->acquire(items) == 0) {
            source->wait(-1, 10ms);
        } else {
            const ByteAreaView bytes(source->bytes());
            const std::string body(items[0].body_in(bytes));
            seen.push_back(
                std::to_string(items[0].position) + (items[0].is_body_omitted() ? " omitted" : "") +
                (items[0].id_unusable() ? " unusable" : " " + std::string(items[0].id_in(bytes))) + body);
        }
        return seen.size() == 6;
    }));
    CHECK(seen == std::vector<std::string>{"1 atext", "2 omitted b", "3 omitted c", "4 unusable",
                                           "5 unusable", "6 last"});
    CHECK(context.report->numbers().unusable_ids == 2);
}

TEST_CASE("an invoice in the pipeline that is given again gets its receipt, and is not pushed",
          "[exec_source]") {
    const Feed feed("printf '7\\ta\\n8\\tb\\n7\\ta\\n\\n'\n" + kKeep);
    Resume resume;
    resume.in_flight = {8};
    const auto source = feed.open(false, resume);
    const auto items = take_so_many(*source, 1);
    CHECK(ids_of(items) == Ids{"a"});
    CHECK(serve_until(*source, [&] { return source->exhausted(); }));
    source->acknowledge({8, "b", false, Outcome::Rejected});
    acknowledge(*source, items[0]);
    CHECK(serve_until(*source, [&] { return feed.read("told") == "8\trejected\tb\n7\tbooked\ta\n"; }));
}

TEST_CASE("a program that dies is started again, and gets no receipt of what it has not given",
          "[exec_source]") {
    CapturedLog log;
    const Feed feed(
        "if [ ! -e once ]; then touch once; printf '1\\ta\\n2\\tb\\n3\\tcut'; kill -9 $$; fi\n"
        "printf '1\\ta\\n'; while [ ! -e more ]; do sleep 0.01; done; printf '2\\tb\\n4\\td\\n\\n'\n" +
        kKeep);
    const auto source = feed.open();
    const auto items = take_so_many(*source, 2);
    CHECK(ids_of(items) == Ids{"a", "b"});
    // The second run has given position 1 when its output is read again.
    CHECK(serve_until(*source, [&] { return log.has("killed by signal 9"); }));
    acknowledge(*source, items[1]);  // position 2 is not of this run
    feed.touch("more");
    const auto again = take_so_many(*source, 2);
    CHECK(ids_of(again) == Ids{"b", "d"});  // the ledger recognises b
    acknowledge(*source, items[0]);
    acknowledge(*source, again[0]);
    acknowledge(*source, again[1]);
    CHECK(serve_until(*source,
                      [&] { return feed.read("told") == "1\tbooked\ta\n2\tbooked\tb\n4\tbooked\td\n"; }));
}

TEST_CASE("with --once an exit status of 0 is the end, and the last line needs no newline", "[exec_source]") {
    const Feed feed("printf '1\\ta\\n2\\tb'; exit 0\n");
    const auto source = feed.open(true);
    CHECK(ids_of(take_so_many(*source, 2)) == Ids{"a", "b"});
    CHECK(serve_until(*source, [&] { return source->exhausted(); }));
    CHECK(take(*source, 5).empty());
}

TEST_CASE("a program that closes its output is over when it has its receipts", "[exec_source]") {
    const Feed feed("printf '1\\ta\\n'; exec >&-\n" + kKeep);
    const auto source = feed.open(true);
    const auto items = take_so_many(*source, 1);
    CHECK(take(*source, 5).empty());
    acknowledge(*source, items[0]);
    CHECK(serve_until(*source, [&] { return source->exhausted(); }));
    CHECK(feed.read("told") == "1\tbooked\ta\n");
}

TEST_CASE("a program that has ended well is started again when its time has come", "[exec_source]") {
    const Feed feed("echo x >> runs; printf '1\\ta\\n'\n");
    SourceContext context;
    context.every = 20ms;
    const auto source = feed.open(false, {}, context);
    CHECK(ids_of(take_so_many(*source, 1)) == Ids{"a"});
    CHECK(serve_until(*source, [&] { return feed.read("runs").size() >= 6; }));  // "x\n" each
}

TEST_CASE("a command that cannot be run is a failure at once, one that fails later is not", "[exec_source]") {
    const Feed missing("nosuchcommand\n");
    auto source = missing.open();
    Refusal refusal;
    CHECK(eventually([&] {
        refusal = refusal_of([&] { return take(*source, 1); });
        if (!refusal) source->wait(-1, 10ms);
        return static_cast<bool>(refusal);
    }));
    CHECK(refusal.status == ExitStatus::NoInput);
    CHECK(refusal.text.find("exit status 127") != std::string::npos);
    CHECK(refusal.text.find("--source needs a command") != std::string::npos);
    refusal = refusal_of(
        [&] { return ExecSource(parse_source("exec:/no/such/program"), {}, false, {}).exhausted(); });
    CHECK(refusal.status == ExitStatus::NoInput);

    const Feed later(
        "echo x >> runs; if [ -e once ]; then [ $(wc -l < runs) -ge 4 ] && printf '2\\tb\\n'; exit 127; fi\n"
        "touch once; printf '1\\ta\\n'; exit 1\n");
    source = later.open();
    CHECK(ids_of(take_so_many(*source, 2)) == Ids{"a", "b"});
}

TEST_CASE("with --once a program that fails again and again is given up", "[exec_source]") {
    CapturedLog log;
    const Feed feed("echo x >> runs; echo 'no server' >&2; exit 3\n");
    const auto source = feed.open(true);
    Refusal refusal;
    CHECK(eventually([&] {
        refusal = refusal_of([&] { return take(*source, 1); });
        if (!refusal) source->wait(-1, 10ms);
        return static_cast<bool>(refusal);
    }));
    CHECK(refusal.status == ExitStatus::NoInput);
    CHECK(refusal.text.find("exit status 3: no server; it has ended 10 times") != std::string::npos);
    CHECK(feed.read("runs").size() == 20);
    const auto lines = log.lines();
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
              return line.find("it is started again") != std::string::npos;
          }) <= 3);
}

TEST_CASE("a program that fails behind what the ledger has already has given nothing new", "[exec_source]") {
    class AllKnown final : public LedgerLookup {
      public:
        [[nodiscard]] bool remembers() const noexcept override { return true; }
        [[nodiscard]] bool knows_source() override { return true; }
        [[nodiscard]] std::optional<Answer> find(std::string_view, const FileIdentity&) override {
            return {};
        }
        void find_booked(std::span<const std::string_view> ids, std::span<bool> booked) override {
            std::fill_n(booked.begin(), ids.size(), true);
        }
        void close() noexcept override {}
    };
    const Feed feed("echo x >> runs; printf '1\\ta\\n'; read -r receipt; exit 1\n");
    SourceContext context;
    context.ledger = std::make_shared<AllKnown>();
    const auto source = feed.open(true, {}, context);
    Refusal refusal;
    CHECK(eventually([&] {
        refusal = refusal_of([&] {
            for (const Taken& item : take(*source, 1)) acknowledge(*source, item);
        });
        if (!refusal) source->wait(-1, 10ms);
        return static_cast<bool>(refusal);
    }));
    CHECK(refusal.status == ExitStatus::NoInput);
    CHECK(refusal.text.find("has ended 10 times in a row and given nothing new") != std::string::npos);
    CHECK(feed.read("runs").size() == 22);  // the first run was new
}

TEST_CASE("a line that is not of the protocol ends the program, and nothing is passed over",
          "[exec_source]") {
    CapturedLog log;
    const Feed feed(
        "if [ ! -e once ]; then touch once; printf '1\\ta\\nhello\\n2\\tb\\n'; else printf "
        "'1\\ta\\n2\\tb\\n'; fi\n" +
        kKeep);
    SourceContext context;
    const auto source = feed.open(false, {}, context);
    CHECK(ids_of(take_so_many(*source, 1)) == Ids{"a"});
    CHECK(ids_of(take_so_many(*source, 1)) == Ids{"b"});
    CHECK(log.has("says what is not of its protocol: it has no TAB: \"hello\""));
    CHECK_FALSE(context.report->holds(SourceState::Unreadable));
}

TEST_CASE("two invoices at one position are refused while the first is not done", "[exec_source]") {
    CapturedLog log;
    const Feed feed("printf '1\\ta\\n1\\tb\\n'\n" + kKeep);
    SourceContext context;
    const auto source = feed.open(true, {}, context);
    CHECK(ids_of(take_so_many(*source, 1)) == Ids{"a"});
    CHECK(serve_until(*source,
                      [&] { return log.has("position 1 is another invoice's, which is not done yet"); }));
    CHECK(context.report->holds(SourceState::Unreadable));
}

TEST_CASE("a program that does not read its receipts is not read either, and stops no drain",
          "[exec_source]") {
    CapturedLog log;
    const Feed feed(
        "i=0; while [ $i -lt 400 ]; do i=$((i+1)); printf '%d\\t' $i; head -c 4000 /dev/zero | tr '\\0' x; "
        "echo $i; done\n"
        "sleep 1000\n");
    SourceContext context;
    context.end_patience = 100ms;
    const auto source = feed.open(false, {}, context);
    auto items = take_so_many(*source, 400);
    REQUIRE(items.size() == 400);
    // More than the bound, and more than a pipe holds.
    const std::string id(40'000, 'y');
    for (const Taken& item : items) source->acknowledge({item.position, id, false, Outcome::Booked});
    CHECK(serve_until(*source, [&] { return log.has("does not read what becomes of its invoices"); }));
    const auto begun = std::chrono::steady_clock::now();
    source->stop();
    CHECK(source->exhausted());
    static_cast<void>(source->serve());
    CHECK(std::chrono::steady_clock::now() - begun < 60s);
}

TEST_CASE("at the end a program gets its last receipts, then the end of its input", "[exec_source]") {
    const Feed feed("printf '1\\ta\\n2\\tb\\n'\ncat > told; echo eof > ended\n");
    {
        const auto source = feed.open();
        const auto items = take_so_many(*source, 2);
        source->stop();
        acknowledge(*source, items[0]);
        acknowledge(*source, items[1]);
    }
    CHECK(feed.read("told") == "1\tbooked\ta\n2\tbooked\tb\n");
    CHECK(feed.read("ended") == "eof\n");
}

TEST_CASE("a program that does not end is ended, with all that it has started", "[exec_source]") {
    CapturedLog log;
    const Feed feed("trap '' TERM; (setsid sleep 1000 &) ; printf '1\\ta\\n'; while :; do sleep 0.1; done\n");
    SourceContext context;
    context.end_patience = 50ms;
    {
        const auto source = feed.open(false, {}, context);
        CHECK(take_so_many(*source, 1).size() == 1);
    }
    CHECK(log.has("after the end of its input: it is ended by SIGTERM"));
    CHECK(eventually([] { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }));
}

TEST_CASE("an invoice that is given again from the ledger waits for the last receipt of its position",
          "[exec_source]") {
    const Feed feed("printf '1\\ta\\n'\n" + kKeep);
    const auto source = feed.open();
    const auto items = take_so_many(*source, 1);
    CHECK(source->bring_back("a", 1) == Source::BringBack::NotYet);
    acknowledge(*source, items[0], Outcome::Waiting);
    CHECK(source->bring_back("a", 1) == Source::BringBack::Ready);
    acknowledge(*source, items[0], Outcome::Booked);
    CHECK(serve_until(*source, [&] { return feed.read("told") == "1\twaiting\ta\n"; }));
}
