// SPDX-License-Identifier: Apache-2.0
// Everything is killed, and the segments are gone too, as after a reboot: the next start goes on from the
// ledger, and every invoice is there once.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kSlow = true;
#else
constexpr bool kSlow = false;
#endif

// As a reboot does.
void lose_segments(const PipelineRun& run) {
    for (const auto& segment : run.segments()) std::filesystem::remove("/dev/shm/" + segment);
}

// How far a running pipeline has acquired a sequence; 0 until it has acquired something.
class Acquired {
  public:
    explicit Acquired(const PipelineRun& run) : run_(run) {}
    [[nodiscard]] std::uint64_t number() {
        if (segments_ && !segments_->are_current()) segments_.reset();  // left over, and all done
        if (!segments_) segments_ = SegmentsView::open(run_.name());
        if (!segments_) return 0;
        const std::uint64_t tail = segments_->ring().tail();
        return tail == 0 ? 0 : segments_->ring().slot(tail - 1).position.load();
    }

  private:
    const PipelineRun& run_;
    std::optional<SegmentsView> segments_;
};

void pause(std::chrono::microseconds time) {
    const timespec duration{0, time.count() * 1000};
    ::ppoll(nullptr, 0, &duration, nullptr);
}

}  // namespace

TEST_CASE("after a loss of the segments a sequence and a file of lines go on at the ledger's cursor") {
    PipelineRun run;
    constexpr std::uint64_t kInvoices = 20'000;
    const bool is_sequence = GENERATE(true, false);
    // Gives the source more up to now: all of it as a sequence, or the missing end of the file.
    std::uint64_t given = 0;
    const auto source_up_to = [&](std::uint64_t numbers) {
        if (is_sequence) return fmt::format("sequence:{}", numbers);
        const auto file = run.directory() / "ids";
        std::ofstream lines(file, std::ios::app);
        while (given < numbers) lines << fmt::format("line {}\n", ++given);
        return "lines:" + file.string();
    };
    // Each round is given less than all, and waits for more than the rounds before were given: however fast
    // it is, it has rows of its own and leaves some to the last one.
    for (const std::uint64_t before : {0U, 5000U, 10'000U}) {
        auto supervisor = run.start(
            {"--consumers", "3", "--source", source_up_to(before + 5000), "--process", "simulate:cpu=20us"});
        REQUIRE(eventually([&] { return run.has_rows(before + 500); }));
        run.kill(supervisor);
        lose_segments(run);
        run.require_balance({"--deep"});
    }
    const auto before = run.rows();
    auto last =
        run.start({"--consumers", "2", "--source", source_up_to(kInvoices), "--process", "none", "--once"});
    REQUIRE(last.wait() == 0);
    CHECK(before < kInvoices);
    CHECK(run.rows() == kInvoices);
    CHECK(run.count("SELECT count(DISTINCT position) FROM invoices") == kInvoices);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(run.count("SELECT count(*) FROM generations") == 4);
    // Only what was beyond the cursor is given again.
    CHECK(run.count("SELECT max(given_again) FROM readable_generations") <= 2 * 16'384 + 3 * 256);
    run.require_nothing_left();
}

TEST_CASE("after a loss of the segments a spool goes on with what is left in it") {
    PipelineRun run;
    constexpr std::uint64_t kInvoices = 2'000;
    for (std::uint64_t i = 0; i < kInvoices; ++i) write_file(run.spool() / fmt::format("invoice {}", i), "");
    const std::vector<std::string> options{"--consumers", "3", "--source", "spool:" + run.spool().string(),
                                           "--process"};
    auto slowly = options;
    slowly.insert(slowly.end(), {"simulate:cpu=100us", "--flush-interval", "5ms"});
    for (const std::uint64_t rows : {100U, 500U, 900U}) {
        auto supervisor = run.start(slowly);
        REQUIRE(eventually([&] { return run.has_rows(rows); }));
        run.kill(supervisor);
        lose_segments(run);
        run.require_balance({"--deep"});
        CHECK(files_in(run.spool()) + files_in(run.spool() / "booked") +
                  files_in(run.spool() / ".moving" / "booked") ==
              kInvoices);
    }
    auto fast = options;
    fast.insert(fast.end(), {"none", "--once"});
    auto last = run.start(fast);
    REQUIRE(last.wait() == 0);
    CHECK(run.rows() == kInvoices);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(files_in(run.spool()) == 0);
    CHECK(files_in(run.spool() / "booked") == kInvoices);
    run.require_nothing_left();
}

TEST_CASE("of 100,000 lines of which 1,000 are repeated 99,000 are booked and 1,000 are duplicates") {
    PipelineRun run;
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::vector<std::string> ids;
    for (int i = 0; i < 99'000; ++i) ids.push_back(fmt::format("invoice-{:06}", i));
    for (int i = 0; i < 1'000; ++i) ids.push_back(ids[static_cast<std::size_t>(i) * 99]);
    std::shuffle(ids.begin(), ids.end(), random);
    const auto append = [&](std::size_t first, std::size_t end) {
        std::ofstream lines(run.directory() / "ids", std::ios::app);
        for (std::size_t i = first; i < end; ++i) lines << ids[i] << "\n";
    };
    std::vector<std::string> options{
        "--consumers", "2", "--process", "none", "--source", "lines:" + (run.directory() / "ids").string()};
    append(0, ids.size() / 2);
    const bool with_a_loss = GENERATE(false, true);
    if (with_a_loss) {
        // Without --once and with half of the lines it is not over before it is killed, however fast it is.
        auto supervisor = run.start(options);
        REQUIRE(eventually([&] { return run.has_rows(10'000); }));
        run.kill(supervisor);
        lose_segments(run);
    }
    append(ids.size() / 2, ids.size());
    options.emplace_back("--once");
    auto supervisor = run.start(options);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'booked'") == 99'000);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 1'000);
    CHECK(run.count("SELECT count(DISTINCT position) FROM (SELECT position FROM invoices UNION ALL"
                    " SELECT position FROM duplicates)") == 100'000);
    const auto audited = run.require_balance({"--deep"});
    CHECK(audited.number("acquired") == 100'000);
    fmt::print("repeated lines{}: {} booked, {} duplicates, difference {}\n",
               with_a_loss ? ", with a loss" : "", audited.number("booked"), audited.number("duplicates"),
               audited.number("difference"));
    run.require_nothing_left();
}

// Kills while it starts, or at random numbers of the sequence and a random moment later.
TEST_CASE("a sequence that is killed again and again, with and without its segments, is in the ledger once") {
    const std::uint64_t numbers = kSlow ? 100'000 : 1'000'000;
    const std::size_t kills = kSlow ? 20 : 50;
    const auto seed = std::random_device{}();
    fmt::print("kill -9 of everything: {} numbers, {} kills, seed {}\n", numbers, kills, seed);
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const auto up_to = [&](std::uint64_t most) {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(random);
    };
    std::vector<std::uint64_t> targets(kills);
    for (auto& target : targets) target = up_to(numbers * 9 / 10);
    std::sort(targets.begin(), targets.end());
    std::vector<bool> loses(kills);
    std::fill_n(loses.begin(), kills / 2, true);
    std::shuffle(loses.begin(), loses.end(), random);

    PipelineRun run;
    std::uint64_t furthest = 0;
    for (std::size_t kill = 0; kill < kills; ++kill) {
        // Without an end: however fast it is, it is not over before it is killed.
        auto supervisor = run.start({"--consumers", "3", "--source", "sequence", "--process", "none"});
        Acquired acquired(run);
        const bool while_it_starts = up_to(3) == 0;
        if (!while_it_starts && !eventually([&] { return acquired.number() >= targets[kill]; })) {
            FAIL("kill " << kill << ": " << acquired.number() << " instead of " << targets[kill]
                         << " were acquired; " << supervisor.err() << run.audit().json);
        }
        pause(std::chrono::microseconds(up_to(while_it_starts ? 60'000 : 20'000)));
        run.kill(supervisor);
        const std::uint64_t reached = acquired.number();
        furthest = std::max(furthest, reached);
        INFO("kill " << kill << " at " << reached);
        if (loses[kill]) lose_segments(run);
        if (kill % 5 == 0 && !while_it_starts) run.require_balance();
    }
    const std::uint64_t all = std::max(numbers, furthest + 1);
    auto last = run.start(
        {"--consumers", "3", "--once", "--source", fmt::format("sequence:{}", all), "--process", "none"});
    REQUIRE(last.wait() == 0);
    run.require_numbers_up_to(all);
    const auto audited = run.require_balance({"--deep"});
    fmt::print("kill -9 of everything: {} kills, segments lost at {}: {} rows, ids 1 to {}, difference {}\n",
               kills, std::count(loses.begin(), loses.end(), true), run.rows(),
               run.count("SELECT max(CAST(id AS INTEGER)) FROM invoices"), audited.number("difference"));
    run.require_nothing_left();
}

TEST_CASE("a damaged ledger is refused, or stops the pipeline, in a clear line, and nothing is lost by it") {
    PipelineRun run;
    auto made = run.start({"--consumers", "1", "--source", "sequence:20000", "--process", "none", "--once"});
    REQUIRE(made.wait() == 0);
    const std::string whole = read_file(run.ledger());
    // From the second page on: the schema is read at the start. From a later one: a commit meets it.
    const std::size_t first = GENERATE(4096U, 40U * 4096U);
    REQUIRE(first < whole.size());
    std::string damaged = whole;
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(first), damaged.end(), 'x');
    write_file(run.ledger(), damaged);
    const std::vector<std::string> options{"--consumers", "2",    "--source", "sequence:30000",
                                           "--process",   "none", "--once"};
    auto refused = run.start(options);
    CHECK(refused.wait() == 78);
    INFO(refused.err());
    CHECK(refused.err().find("ledger " + run.ledger().string() +
                             ": database disk image is malformed; restore it") != std::string::npos);
    CHECK(run.audit().status == 65);

    for (const auto* suffix : {"-wal", "-shm"}) std::filesystem::remove(run.ledger().string() + suffix);
    write_file(run.ledger(), whole);
    auto again = run.start(options);
    REQUIRE(again.wait() == 0);
    run.require_numbers_up_to(30'000);
    run.require_nothing_left();
}
