// SPDX-License-Identifier: Apache-2.0
// The whole way from source to ledger, without anything going wrong.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;

namespace {

// The value of "key": 123 in flat JSON.
std::uint64_t json_number(const std::string& json, const std::string& key) {
    const auto at = json.find("\"" + key + "\":");
    REQUIRE(at != std::string::npos);
    return std::stoull(json.substr(at + key.size() + 3));
}

}  // namespace

TEST_CASE("real invoices are booked, and the one that breaks a rule is rejected by it") {
    const char* samples = std::getenv("INVOICE_SAMPLES");
    if (samples == nullptr) {
        WARN("not run: INVOICE_SAMPLES does not name a directory with the XRechnung test suite");
        return;
    }
    PipelineRun run;
    for (const auto& entry : std::filesystem::directory_iterator(samples)) {
        if (entry.path().extension() == ".xml") std::filesystem::copy(entry.path(), run.spool());
    }
    auto supervisor = run.start({"--consumers", "4", "--once", "--source", "spool:" + run.spool().string()});
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 37}, {"rejected", 1}});
    CHECK(run.column("SELECT id || ' ' || reason FROM invoices WHERE status = 'rejected'") ==
          std::vector<std::string>{"05.01a-INVOICE_ubl.xml BR-CO-16: due 366.86, expected 336.90"});
    CHECK(files_in(run.spool()) == 0);
    CHECK(files_in(run.spool() / "booked") == 37);
    CHECK(files_in(run.spool() / "rejected") == 1);
    run.require_nothing_left();
}

TEST_CASE("of sample invoices exactly the planted violations are found") {
    PipelineRun run;
    REQUIRE(::system(fmt::format("python3 {} {} --count 300 --seed 7 > /dev/null", MAKE_INVOICES,
                                 run.spool().string())
                         .c_str()) == 0);
    const std::string expected = read_file(run.spool() / ".expected.json");
    auto supervisor = run.start({"--consumers", "4", "--once", "--source", "spool:" + run.spool().string()});
    REQUIRE(supervisor.wait() == 0);
    const auto counts = run.rows_by_status();
    CHECK(run.rows() == 300);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'booked'") ==
          json_number(expected, "booked"));
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'rejected'") ==
          json_number(expected, "rejected"));
    // The figures follow the rule's id.
    for (const auto& wrong :
         run.column("SELECT '\"' || id || '\": \"' || substr(reason, 1, instr(reason, ':') - 1) "
                    "|| '\"' FROM invoices WHERE status = 'rejected'")) {
        INFO(wrong);
        CHECK(expected.find(wrong) != std::string::npos);
    }
    run.require_nothing_left();
}

TEST_CASE("every number of a sequence is booked once, whatever the sizes") {
    struct Sizes {
        int consumers, ring, storage, batch;
    };
    const auto sizes =
        GENERATE(Sizes{1, 2, 16384, 1}, Sizes{2, 65536, 2, 256}, Sizes{4, 2, 2, 256},
                 Sizes{16, 65536, 16384, 1}, Sizes{16, 3, 100, 7}, Sizes{4, 65536, 16384, 256});
    INFO(sizes.consumers << " consumers, ring " << sizes.ring << ", storage " << sizes.storage << ", batch "
                         << sizes.batch);
    const int numbers = sizes.storage <= 100 || sizes.ring == 2 ? 2'000 : 50'000;
    PipelineRun run;
    auto supervisor = run.start({"--consumers", std::to_string(sizes.consumers), "--once", "--source",
                                 fmt::format("sequence:{}", numbers), "--process", "none", "--ring-capacity",
                                 std::to_string(sizes.ring), "--storage-capacity",
                                 std::to_string(sizes.storage), "--batch-max", std::to_string(sizes.batch)});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    run.require_numbers_up_to(static_cast<std::uint64_t>(numbers));
    CHECK(run.count("SELECT cursor FROM sources") == static_cast<std::uint64_t>(numbers) + 1);
    run.require_nothing_left();
}

TEST_CASE("a run that was finished books nothing when it is run again, and says so in one line") {
    PipelineRun run;
    write_file(run.directory() / "ids", "a\nb\nc\n");
    write_file(run.spool() / "x", "");
    struct Again {
        std::string source;
        std::uint64_t acquired;
        std::string said;
    };
    const std::string spool = "spool:" + run.spool().string();
    const auto again = std::vector<Again>{
        {"sequence:1000", 1000, "nothing new in sequence: all 1000 invoices were acquired in earlier runs"},
        {"lines:" + (run.directory() / "ids").string(), 3, ": all 3 invoices were acquired in earlier runs"},
        {spool, 1, "nothing new in " + spool + ": no invoice was acquired\n"},
    }[GENERATE(0U, 1U, 2U)];
    const std::vector<std::string> options{"--consumers", "2",    "--once",   "--source", again.source,
                                           "--process",   "none", "--report", "json"};
    auto first = run.start(options);
    REQUIRE(first.wait() == 0);
    CHECK(json_number(first.out(), "acquired") == again.acquired);
    CHECK(json_number(first.out(), "booked") == again.acquired);
    CHECK(first.err().find("nothing new") == std::string::npos);
    auto second = run.start(options);
    REQUIRE(second.wait() == 0);
    CHECK(json_number(second.out(), "acquired") == 0);
    INFO(second.err());
    CHECK(second.err().find(again.said) != std::string::npos);
    CHECK(run.rows() == again.acquired);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("at full speed the disk is waited for at most once per 1,000 rows") {
#ifdef __SANITIZE_ADDRESS__
    WARN("not run: AddressSanitizer takes no other preloaded library");
#else
    PipelineRun run;
    const auto counter = run.directory() / "syncs";
    write_file(counter, std::string(8, '\0'));
    ::setenv("SYNC_COUNT", counter.c_str(), 1);
    ::setenv("LD_PRELOAD", COUNT_SYNCS, 1);
    auto supervisor =
        run.start({"--consumers", "2", "--once", "--source", "sequence:500000", "--process", "none"});
    ::unsetenv("LD_PRELOAD");
    ::unsetenv("SYNC_COUNT");
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 500'000);
    std::uint64_t syncs = 0;
    const std::string bytes = read_file(counter);
    REQUIRE(bytes.copy(reinterpret_cast<char*>(&syncs), sizeof syncs) == sizeof syncs);
    fmt::print("group commit: 500,000 rows, {} fsyncs: {:.2f} per 1,000 rows\n", syncs,
               static_cast<double>(syncs) / 500);
    CHECK(syncs > 10);
    CHECK(syncs <= 500);
    run.require_nothing_left();
#endif
}

TEST_CASE("two readers with an open transaction see one moment and disturb nobody") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence", "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(1000); }));
    const std::string count = "SELECT count(*) || ' ' || max(position) FROM invoices;\n";
    struct Reader {
        explicit Reader(const PipelineRun& of, const std::string& tag) {
            REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
            shell.emplace(std::vector<std::string>{SQLITE3_PROGRAM, "-readonly", of.ledger().string()},
                          of.directory(), tag, input[0]);
            ::close(input[0]);
        }
        void say(const std::string& sql) const {
            REQUIRE(::write(input[1], sql.data(), sql.size()) == static_cast<ssize_t>(sql.size()));
        }
        [[nodiscard]] std::vector<std::string> answers() const {
            std::istringstream lines(shell->out());
            std::vector<std::string> all;
            for (std::string line; std::getline(lines, line);) all.push_back(line);
            return all;
        }
        int input[2]{};
        std::optional<Process> shell;
    };
    Reader one(run, "reader1");
    Reader other(run, "reader2");
    for (const auto* reader : {&one, &other}) reader->say("BEGIN;\n" + count);
    REQUIRE(eventually([&] { return one.answers().size() == 1 && other.answers().size() == 1; }));
    const auto before = run.rows();
    REQUIRE(eventually([&] { return run.rows() > before + 100'000; }));
    for (auto* reader : {&one, &other}) {
        reader->say(count + "COMMIT;\n" + count);
        ::close(reader->input[1]);
        CHECK(reader->shell->wait() == 0);
        CHECK(reader->shell->err().empty());
        const auto answers = reader->answers();
        REQUIRE(answers.size() == 3);
        CHECK(answers[0] == answers[1]);
        CHECK(answers[1] != answers[2]);
    }
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(supervisor.err().find("ledger takes") == std::string::npos);
    CHECK(supervisor.err().find("locked") == std::string::npos);
    run.require_numbers_up_to(run.rows());
    run.require_nothing_left();
}

TEST_CASE("a backup that is made while it runs is one moment's whole ledger, and a ledger to go on with") {
    PipelineRun run;
    // Without an end, so that it is not over before the backup is. `.backup` begins anew when a commit comes
    // between two of its steps of 100 pages: with this rate it comes to an end.
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "2000/s"});
    REQUIRE(eventually([&] { return run.has_rows(1000); }));
    const auto copy = run.directory() / "copy.db";
    const std::string how = GENERATE("VACUUM INTO '{}'", ".backup '{}'");
    Process backup({SQLITE3_PROGRAM, run.ledger().string(), fmt::format(fmt::runtime(how), copy.string())},
                   run.directory(), "backup");
    CHECK(backup.wait() == 0);
    CHECK(backup.err().empty());
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_nothing_left();
    const auto numbers = run.count("SELECT cursor FROM sources") - 1;
    run.require_balance({"--deep", "--ledger", "sqlite:" + copy.string()});
    auto next = run.start({"--consumers", "2", "--source", fmt::format("sequence:{}", numbers), "--process",
                           "none", "--once", "--ledger", "sqlite:" + copy.string()});
    REQUIRE(next.wait() == 0);
    const auto audited = run.require_balance({"--deep", "--ledger", "sqlite:" + copy.string()});
    CHECK(audited.number("booked") == static_cast<std::int64_t>(numbers));
    run.require_nothing_left();
}

TEST_CASE("lines of any length are recorded: as they are, as duplicates, or as failed") {
    PipelineRun run;
    const std::string longest(4096, 'x');
    write_file(run.directory() / "ids",
               "a\n" + longest + "\r\n" + longest + "y\n\nb\na\nlast without a newline");
    auto supervisor =
        run.start({"--consumers", "2", "--once", "--source", "lines:" + (run.directory() / "ids").string(),
                   "--process", "none", "--report", "json"});
    REQUIRE(supervisor.wait() == 1);
    CHECK(run.column("SELECT id FROM invoices WHERE status = 'booked' ORDER BY id") ==
          std::vector<std::string>{"a", "b", "last without a newline", longest});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'failed' AND reason LIKE '%id%'") == 1);
    CHECK(run.column("SELECT id FROM duplicates") == std::vector<std::string>{"a"});
    CHECK(json_number(supervisor.out(), "acquired") == 6);
    CHECK(json_number(supervisor.out(), "duplicates") == 1);
    run.require_nothing_left();
}

TEST_CASE("lines come from standard input") {
    PipelineRun run;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    auto supervisor =
        run.start({"--consumers", "2", "--once", "--source", "lines:-", "--process", "none"}, ends[0]);
    ::close(ends[0]);
    REQUIRE(::write(ends[1], "one\ntwo\nthr", 11) == 11);
    CHECK(eventually(
        [&] { return std::filesystem::exists(run.ledger()) && !run.segments().empty() && run.rows() == 2; }));
    REQUIRE(::write(ends[1], "ee", 2) == 2);
    ::close(ends[1]);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.column("SELECT id FROM invoices ORDER BY position") ==
          std::vector<std::string>{"one", "two", "three"});
    run.require_nothing_left();
}

TEST_CASE("invoices that arrive while it runs are taken and moved, and a used id goes to duplicates") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--process", "none", "--source", "spool:" + run.spool().string()});
    const auto hand_over = [&](const std::string& name) {
        write_file(run.spool() / ("." + name), "anything");
        std::filesystem::rename(run.spool() / ("." + name), run.spool() / name);
    };
    for (int i = 0; i < 50; ++i) hand_over(fmt::format("invoice {}", i));
    CHECK(eventually([&] { return files_in(run.spool() / "booked") == 50; }));
    hand_over("invoice 7");
    CHECK(eventually([&] { return files_in(run.spool() / "duplicates") == 1; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 50);
    CHECK(run.column("SELECT id FROM duplicates") == std::vector<std::string>{"invoice 7"});
    CHECK(files_in(run.spool()) == 0);
    run.require_nothing_left();
}

TEST_CASE("a limited rate is kept") {
    PipelineRun run;
    const auto began = std::chrono::steady_clock::now();
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "1000/s"});
    REQUIRE(eventually([&] {
        return std::filesystem::exists(run.ledger()) && run.segments().size() == 2 && run.rows() >= 500;
    }));
    supervisor.send(SIGINT);
    REQUIRE(supervisor.wait() == 0);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    CHECK(static_cast<double>(run.rows()) <= 1000.0 * seconds + 20);
    run.require_nothing_left();
}
