// SPDX-License-Identifier: Apache-2.0
// SIGHUP reads the configuration again: what can change does, what cannot is named, a wrong file changes
// nothing, and each number is recorded once.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/system/steered.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A configuration file that a test changes.
class Configuration {
  public:
    explicit Configuration(const std::string& text) { write(text); }
    void write(const std::string& text) const { folder_.write("pipeline.conf", text); }
    [[nodiscard]] std::string path() const { return folder_ / "pipeline.conf"; }

  private:
    TemporaryFolder folder_;
};

std::string command_line_of(pid_t process) {
    std::string words = read_file(fmt::format("/proc/{}/cmdline", process));
    std::replace(words.begin(), words.end(), '\0', ' ');
    return words;
}

// True if all children of that program are started with `argument`, and there is one.
bool all_have(const Process& supervisor, const std::string& program, const std::string& argument) {
    const auto children = supervisor.children(program);
    return !children.empty() && std::all_of(children.begin(), children.end(), [&](pid_t child) {
        return command_line_of(child).find(" " + argument + " ") != std::string::npos;
    });
}

constexpr const char* kBase = "source = sequence\n";

}  // namespace

TEST_CASE("every kind of change takes effect under load, and nothing is lost") {
    struct Change {
        std::string settings;
        std::string line;
        std::string argument;     // that each consumer has then
        bool is_for_all = false;  // the producer has it, too
    };
    const std::vector<Change> changes{
        {"consumers = 3\n", "--consumers 3 instead of 2", "", false},
        {"consumers = 1..4\n", "--consumers 1..4 instead of 3", "", false},
        {"consumers = 2\nprocess = simulate:50us\n", "--process simulate:50us instead of simulate:100us",
         "--process=simulate:50us", false},
        {"consumers = 2\nprocess = none\n", "--process none instead of simulate:50us", "--process=none",
         false},
        {"consumers = 2\nprocess = each:true\n", "--process each:true instead of none", "--process=each:true",
         false},
        {"consumers = 2\nprocess = simulate:100us\n", "--process simulate:100us instead of each:true",
         "--process=simulate:100us", false},
        {"consumers = 2\nitem-timeout = 20s\n", "--item-timeout 20s instead of 5min", "--item-timeout=20s",
         false},
        {"consumers = 2\nmax-attempts = 7\n", "--max-attempts 7 instead of 3", "--max-attempts=7", false},
        {"consumers = 2\ngive-up-after = 2h\n", "--give-up-after 2h instead of none", "--give-up-after=2h",
         false},
        {"consumers = 2\nmemory-limit = 1GiB\n", "--memory-limit 1GiB instead of 0", "--memory-limit=1GiB",
         false},
        {"consumers = 2\nhold-for = 1h\n", "--hold-for 1h instead of none", "", true},
        {"consumers = 2\nflush-interval = 20ms\n", "--flush-interval 20ms instead of 100ms",
         "--flush-interval=20ms", false},
        {"consumers = 2\nlog-level = debug\n", "--log-level debug instead of info", "--log-level=debug",
         true},
        {"consumers = 2\nrate = 2000/s\n", "--rate 2000/s instead of none", "--rate=2000/s", true},
        {"consumers = 2\nrate = 3000/s\n", "--rate 3000/s instead of 2000/s", "--rate=3000/s", true},
        {"consumers = 2\nbatch-max = 8\n", "--batch-max 8 instead of 256", "--batch-max=8", true},
        {"consumers = 2\n", "--batch-max 256 instead of 8", "--batch-max=256", true},
    };
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    const auto text_of = [](const std::string& settings) {
        std::string text = settings;
        for (const std::string line : {"source = sequence\n", "process = simulate:100us\n"}) {
            const auto name = line.substr(0, line.find('='));
            if (settings.find("\n" + name) == std::string::npos && !settings.starts_with(name)) text += line;
        }
        return text;
    };
    const Configuration file(text_of("consumers = 2\n"));
    Steered pipeline({"--config", file.path(), "--ring-capacity", "512"});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 2; }));
    for (const Change& change : changes) {
        const std::uint64_t before = pipeline.ring().tail();
        const auto producer = pipeline.supervisor.child("producer");
        file.write(text_of(change.settings));
        CAPTURE(change.settings);
        pipeline.signal(SIGHUP, "SIGHUP: " + change.line);
        // Now and then, somebody dies meanwhile.
        if (const auto children = pipeline.supervisor.children(); random() % 3 == 0 && !children.empty())
            ::kill(children[random() % children.size()], SIGKILL);
        if (!change.argument.empty()) {
            CHECK(eventually([&] { return all_have(pipeline.supervisor, "consumer", change.argument); }));
        }
        if (change.is_for_all) {
            const std::string line = change.line.substr(0, change.line.find(" instead"));
            std::string argument = line;
            argument[argument.find(' ')] = '=';
            CHECK(eventually([&] { return all_have(pipeline.supervisor, "producer", argument); }));
            CHECK(pipeline.supervisor.child("producer") != producer);
        }
        REQUIRE(eventually([&] { return pipeline.ring().tail() > before + 50; }));
    }
    CHECK_FALSE(pipeline.says("until the next start"));
    CHECK(pipeline.supervisor_metrics().flush_interval_ns == 100'000'000);
    CHECK(eventually([&] { return pipeline.at_work().size() == 2; }));
    pipeline.drain();
}

TEST_CASE("what cannot change is named and stays, and the rest changes") {
    const Configuration file(std::string(kBase) + "consumers = 2\nprocess = simulate:100us\n");
    Steered pipeline({"--config", file.path()});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 2; }));
    file.write(
        "source = sequence:7\nconsumers = 3\nprocess = simulate:100us\n"
        "ring-capacity = 64\nonce = true\nbody-max = 2KiB\norigin = x\n");
    // --origin goes only with a program as the source: it stays, and so does the source.
    pipeline.signal(SIGHUP, "error: SIGHUP: --origin does not go with --source 'sequence:7'");
    CHECK(pipeline.says("; nothing is changed"));
    CHECK(pipeline.wanted() == 2);
    file.write(
        "source = sequence:7\nconsumers = 3\nprocess = simulate:100us\n"
        "ring-capacity = 64\nonce = true\nbody-max = 2KiB\n");
    pipeline.signal(SIGHUP, "SIGHUP: --consumers 3 instead of 2");
    for (const char* line : {"SIGHUP: --source stays sequence until the next start, which takes sequence:7",
                             "SIGHUP: --once stays false until the next start, which takes true",
                             "SIGHUP: --ring-capacity stays 16384 until the next start, which takes 64",
                             "SIGHUP: --body-max stays 1MiB until the next start, which takes 2KiB"}) {
        CAPTURE(line);
        CHECK(pipeline.says(line));
    }
    CHECK(eventually([&] { return pipeline.at_work().size() == 3; }));
    const std::uint64_t before = pipeline.ring().tail();
    CHECK(eventually([&] { return pipeline.ring().tail() > before + 1000; }));
    pipeline.drain();
}

TEST_CASE("a wrong file changes nothing, and says where it is wrong") {
    const Configuration file(std::string(kBase) + "consumers = 2\nprocess = simulate:100us\n");
    Steered pipeline({"--config", file.path()});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 2; }));
    const auto before = pipeline.at_work();
    const auto producer = pipeline.supervisor.child("producer");
    const std::string right = std::string(kBase) + "consumers = 4\nflush-interval = 5ms\nrate = 100/s\n";
    struct Wrong {
        std::string settings;
        std::string line;
    };
    for (const Wrong& wrong : std::vector<Wrong>{
             {"process = simulate:100us\nitem-timeout = soon\n", ":6: item-timeout 'soon': "},
             {"process = simulate:100us\nitem-timout = 5s\n", "did you mean item-timeout?"},
             {"process = \"none\n", ":5: 'process = \"none': a value that begins with \" ends with \""},
             {"process = invoice\n", "--process 'invoice' cannot read --source 'sequence'"},
             {"process = each:/no/such/program\n", "the program '/no/such/program': No such file"}}) {
        file.write(right + wrong.settings);
        pipeline.signal(SIGHUP, wrong.line);
    }
    std::filesystem::remove(file.path());
    pipeline.signal(SIGHUP,
                    "No such file or directory; a readable file of lines NAME = VALUE is accepted; "
                    "nothing is changed");
    REQUIRE(::mkfifo(file.path().c_str(), 0600) == 0);
    pipeline.signal(SIGHUP, "cannot be read again, because it is no regular file; nothing is changed");
    CHECK(pipeline.at_work() == before);
    CHECK(pipeline.supervisor.child("producer") == producer);
    CHECK(pipeline.wanted() == 2);
    CHECK_FALSE(pipeline.says("replacing"));
    CHECK(pipeline.supervisor_metrics().flush_interval_ns == 100'000'000);
    pipeline.drain();
}

TEST_CASE("the command line wins over a changed file") {
    const Configuration file("consumers = 1\nprocess = none\n");
    Steered pipeline(
        {"--config", file.path(), "--consumers", "2", "--source", "sequence", "--process", "simulate:100us"});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 2; }));
    file.write("consumers = 5\nprocess = each:false\nmax-attempts = 4\n");
    pipeline.signal(SIGHUP, "SIGHUP: --max-attempts 4 instead of 3");
    pipeline.signal(SIGHUP, "SIGHUP: replacing 2 consumers, one after the other");
    CHECK(eventually([&] { return all_have(pipeline.supervisor, "consumer", "--max-attempts=4"); }));
    CHECK_FALSE(pipeline.says("--consumers 5"));
    CHECK_FALSE(pipeline.says("--process each"));
    pipeline.drain();
}

TEST_CASE("an item that takes too long by the new limit is ended by it") {
    const Configuration file("consumers = 1\nmax-attempts = 1\nprocess = simulate:600s\n");
    Steered pipeline({"--config", file.path(), "--source", "sequence:1"});
    REQUIRE(eventually([&] { return pipeline.ring().hand(0).at_work().has_value(); }));
    file.write("consumers = 1\nmax-attempts = 1\nprocess = none\nitem-timeout = 50ms\n");
    pipeline.signal(SIGHUP, "SIGHUP: --item-timeout 50ms instead of 5min");
    REQUIRE(eventually([&] { return pipeline.run.has_rows(1); }));
    pipeline.supervisor.send(SIGTERM);
    pipeline.finish();
    CHECK(pipeline.run.rows_by_status()["failed"] == 1);
}

TEST_CASE("a source that cannot be read again keeps its producer, and loses nothing") {
    PipeOfLines lines;
    const Configuration file("consumers = 2\nprocess = simulate:50us\n");
    Steered pipeline({"--config", file.path(), "--source", "lines:-"}, lines.reader());
    lines.give(500);
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 2; }));
    const auto producer = pipeline.supervisor.child("producer");
    file.write("consumers = 2\nprocess = none\nrate = 100000/s\n");
    pipeline.signal(SIGHUP, "SIGHUP: the producer takes --rate=100000/s with the next start: ");
    lines.give(500);
    CHECK(eventually([&] { return all_have(pipeline.supervisor, "consumer", "--rate=100000/s"); }));
    CHECK(pipeline.supervisor.child("producer") == producer);
    REQUIRE(eventually([&] { return pipeline.run.has_rows(lines.given()); }));
    pipeline.supervisor.send(SIGTERM);
    pipeline.finish();
    CHECK(pipeline.run.rows() == lines.given());
}

TEST_CASE("reloads and kills in a row lose nothing and repeat nothing") {
    const std::uint64_t seed = test_seed();
    fmt::print("TEST_SEED={}\n", seed);
    INFO("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    const Configuration file(std::string(kBase) + "consumers = 3\nprocess = simulate:20us\n");
    Steered pipeline({"--config", file.path(), "--ring-capacity", "256"});
    const std::uint64_t steps = scaled(200);
    for (std::uint64_t step = 0; step < steps; ++step) {
        file.write(
            fmt::format("{}consumers = {}\nprocess = simulate:{}us\nflush-interval = {}ms\n{}", kBase,
                        1 + random() % 4, 10 + random() % 30, 1 + random() % 100,
                        random() % 2 == 0 ? "" : fmt::format("rate = {}/s\n", 1000 + random() % 100000)));
        const std::uint64_t before = pipeline.ring().tail();
        pipeline.supervisor.send(SIGHUP);
        if (random() % 4 == 0) {
            const auto children = pipeline.supervisor.children();
            if (!children.empty()) ::kill(children[random() % children.size()], SIGKILL);
        }
        if (random() % 4 == 0) REQUIRE(eventually([&] { return pipeline.ring().tail() > before; }));
    }
    const std::uint64_t acquired = pipeline.ring().tail();
    pipeline.drain();
    CHECK(pipeline.run.rows() >= acquired);
    CHECK(pipeline.says("SIGHUP: --flush-interval "));
}
