// SPDX-License-Identifier: Apache-2.0
// Storms over pipelines with --once whose program fails, asks for another attempt, dies or succeeds as a seed
// decides (mood.hpp). Consumers, producers, supervisors or all processes are killed, and the segments are
// lost as in a reboot. In the end each id has one row, those that fail for good are failed with their cause,
// and the ledger's history has every outcome that was replaced, once. A storm ends by its events, each of
// which waits until the pipelines have stored something since the one before.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/programs/outside/mood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kEvents = 24;
constexpr std::uint64_t kPortion = 100;

// With the newline 16 bytes: a list that grows never ends within a line.
std::string id_of(std::uint64_t number) {
    return fmt::format("inv-{:011}", number);
}

// One pipeline, and its invoices: a part of the storm's numbers.
class Side {
  public:
    enum class Kind : std::uint8_t { List, Spool, Sequence };

    Side(Kind kind, std::uint64_t seed, std::uint64_t first, std::uint64_t count)
        : kind_(kind), seed_(seed), next_(first), end_(first + count), count_(count) {
        if (kind_ == Kind::List) std::ofstream(list()) << "";
        fs::create_directory(run_.directory() / "outside");
    }
    [[nodiscard]] PipelineRun& run() { return run_; }
    [[nodiscard]] Process& supervisor() { return *supervisor_; }
    [[nodiscard]] bool has_ended() { return supervisor_ == nullptr || !supervisor_->is_running(); }

    void start() {
        supervisor_ = std::make_unique<Process>(
            run_.start({"--once", "--consumers", "2", "--source", source(), "--process",
                        fmt::format("exec:{} {}", MOODY_PROGRAM, seed_), "--request", "json", "--pipeline",
                        "8", "--max-attempts", "200", "--ring-capacity", "64", "--storage-capacity", "256"}));
    }
    // A run that has ended by itself has drained.
    void start_if_it_has_ended() {
        if (!has_ended()) return;
        if (supervisor_ != nullptr) require_drained();
        start();
    }
    void require_drained() {
        const int status = supervisor_->wait();
        INFO(supervisor_->err());
        REQUIRE((status == 0 || status == 1));
    }

    // Hands over so many invoices more, as long as there are some.
    void hand_over(std::uint64_t count) {
        std::string lines;
        for (; count > 0 && next_ < end_; --count, ++next_) {
            if (kind_ == Kind::List) lines += id_of(next_) + "\n";
            if (kind_ != Kind::Spool) continue;
            const fs::path made = run_.directory() / "outside" / "file";
            write_file(made, id_of(next_));
            fs::rename(made, run_.spool() / id_of(next_));
        }
        if (!lines.empty()) std::ofstream(list(), std::ios::app) << lines << std::flush;
    }

    void lose_segments() {
        for (const auto& segment : run_.segments()) fs::remove("/dev/shm/" + segment);
    }

    void require_files() {
        if (kind_ != Kind::Spool) return;
        const auto files_in = [&](const fs::path& folder) {
            return std::count_if(fs::directory_iterator(folder), fs::directory_iterator(),
                                 [](const auto& entry) { return entry.is_regular_file(); });
        };
        CHECK(files_in(run_.spool()) == 0);
        std::uint64_t moved = 0;
        for (const auto& folder : fs::directory_iterator(run_.spool())) {
            if (!folder.is_directory() || folder.path().filename() == ".moving") continue;
            INFO(folder.path());
            if (folder.path().filename() == "waiting") CHECK(files_in(folder) == 0);
            moved += static_cast<std::uint64_t>(files_in(folder));
        }
        CHECK(moved == count_);
    }

  private:
    [[nodiscard]] fs::path list() const { return run_.directory() / "ids"; }
    [[nodiscard]] std::string source() const {
        if (kind_ == Kind::Sequence) return fmt::format("sequence:{}", count_);
        return kind_ == Kind::List ? "lines:" + list().string() : "spool:" + run_.spool().string();
    }

    PipelineRun run_;
    Kind kind_;
    std::uint64_t seed_;
    std::uint64_t next_;
    std::uint64_t end_;
    std::uint64_t count_;
    std::unique_ptr<Process> supervisor_;
};

using Sides = std::vector<std::unique_ptr<Side>>;

// How much is stored for good, with each outcome that was replaced.
std::uint64_t progress(PipelineRun& run) {
    if (!fs::exists(run.ledger()) || run.count("SELECT count(*) FROM sqlite_master") == 0) return 0;
    return run.count(
        "SELECT (SELECT count(*) FROM invoices WHERE status <> 'waiting') + (SELECT count(*) FROM history)"
        " + (SELECT count(*) FROM duplicates)");
}

// Waits until so much is stored, or every pipeline has ended.
void wait_for(Sides& sides, std::uint64_t wanted) {
    PipelineRun& first = sides.front()->run();
    const bool came = eventually([&] {
        if (std::all_of(sides.begin(), sides.end(), [](auto& side) { return side->has_ended(); }))
            return true;
        const bool is_up = std::any_of(sides.begin(), sides.end(),
                                       [](auto& side) { return side->run().segments().size() == 2; });
        return is_up && progress(first) >= wanted;
    });
    if (!came) FAIL("nothing is stored any more:\n" << sides.front()->supervisor().err());
}

void kill_one(Side& side, const char* role, std::mt19937_64& random) {
    const auto all = side.supervisor().children(role);
    if (!all.empty()) ::kill(all[random() % all.size()], SIGKILL);
}

void kill_everything(Sides& sides, bool loses_segments) {
    for (auto& side : sides) {
        if (!side->has_ended()) side->supervisor().send(SIGSTOP);
    }
    for (auto& side : sides) {
        for (const pid_t child : side->supervisor().children()) ::kill(child, SIGKILL);
    }
    PipelineRun::kill_everything();
    for (auto& side : sides) {
        if (loses_segments) side->lose_segments();
        side->start();
    }
}

void rage(Sides& sides, std::mt19937_64& random) {
    const std::uint64_t events = std::max<std::uint64_t>(scaled(kEvents), 8);
    for (std::uint64_t event = 0; event < events; ++event) {
        for (auto& side : sides) {
            side->hand_over(kPortion);
            side->start_if_it_has_ended();
        }
        const std::uint64_t before = progress(sides.front()->run());
        wait_for(sides, before + 1 + random() % kPortion);
        Side& side = *sides[random() % sides.size()];
        switch (random() % 5) {
            case 0:
                kill_one(side, "producer", random);
                break;
            case 1:
                kill_one(side, "consumer", random);
                break;
            case 2:
                if (!side.has_ended()) side.supervisor().send(SIGKILL);
                side.supervisor().wait();
                side.start();  // waits until the children have drained
                break;
            case 3:
                kill_everything(sides, false);
                break;
            default:
                kill_everything(sides, true);
        }
    }
}

void finish(Sides& sides) {
    for (auto& side : sides) {
        side->hand_over(UINT64_MAX);
        side->require_drained();
    }
    // What another pipeline has booked meanwhile may still lie in waiting/; what came last has not been seen.
    for (auto& side : sides) {
        side->start();
        side->require_drained();
    }
}

std::uint64_t invoices() {
    return std::max<std::uint64_t>(scaled(kEvents), 8) * kPortion;
}

void require_outcomes(Sides& sides, std::uint64_t seed, const std::vector<std::string>& ids) {
    PipelineRun& run = sides.front()->run();
    std::uint64_t failed = 0;
    for (const std::string& id : ids) failed += Mood(seed, id).is_failed_for_good() ? 1 : 0;
    CHECK(run.rows() == ids.size());
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'booked'") == ids.size() - failed);
    auto bad = run.column("SELECT id FROM invoices WHERE status = 'failed' AND instr(reason, '" +
                          std::string(Mood::kCause) + "') > 0");
    CHECK(bad.size() == failed);
    for (const std::string& id : bad) CHECK(Mood(seed, id).is_failed_for_good());
    CHECK(run.count("SELECT count(*) FROM invoices WHERE due_at NOT NULL OR leased_until NOT NULL") == 0);
    // Only what two pipelines have got another outcome than that it waits, and was replaced or came too late.
    CHECK(run.count(fmt::format("SELECT count(*) FROM history WHERE status <> 'waiting' AND id NOT BETWEEN"
                                " '{}' AND '{}'",
                                id_of(invoices() / 2), id_of(invoices() - 1))) == 0);
    if (sides.size() == 1) {
        CHECK(run.count("SELECT count(*) FROM history WHERE status <> 'waiting'") == 0);
        CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
        CHECK(run.count(
                  "SELECT count(*) FROM (SELECT 1 FROM history GROUP BY id, round HAVING count(*) > 1)") ==
              0);
        CHECK(run.count("SELECT count(*) FROM invoices WHERE attempts <= (SELECT count(*) FROM history"
                        " WHERE history.id = invoices.id)") == 0);
    }
    CHECK(run.count("SELECT count(*) FROM history WHERE id NOT IN (SELECT id FROM invoices)") == 0);
    for (auto& side : sides) {
        side->require_files();
        side->run().require_nothing_left();
    }
}

std::vector<std::string> ids_up_to(std::uint64_t end) {
    std::vector<std::string> ids;
    for (std::uint64_t number = 0; number < end; ++number) ids.push_back(id_of(number));
    return ids;
}

}  // namespace

TEST_CASE("a storm over second chances leaves each invoice one outcome, and its history", "[chances_storm]") {
    const auto kind = GENERATE(Side::Kind::List, Side::Kind::Spool);
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    Sides sides;
    sides.push_back(std::make_unique<Side>(kind, seed, 0, invoices()));
    rage(sides, random);
    finish(sides);
    require_outcomes(sides, seed, ids_up_to(invoices()));
    fmt::print("storm over second chances, {}: seed {}, {} invoices, {} outcomes replaced\n",
               kind == Side::Kind::List ? "list" : "spool", seed, invoices(),
               sides.front()->run().count("SELECT count(*) FROM history"));
}

TEST_CASE("a storm over two pipelines on one ledger leaves each invoice one outcome", "[chances_storm]") {
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    Sides sides;
    // Half of the invoices of each come from the other one, too.
    sides.push_back(std::make_unique<Side>(Side::Kind::List, seed, 0, invoices()));
    sides.push_back(std::make_unique<Side>(Side::Kind::Spool, seed, invoices() / 2, invoices()));
    sides.back()->run().set_ledger(sides.front()->run().ledger());
    rage(sides, random);
    finish(sides);
    require_outcomes(sides, seed, ids_up_to(invoices() / 2 + invoices()));
    fmt::print("storm over two pipelines: seed {}, {} invoices each, {} outcomes replaced, {} duplicates\n",
               seed, invoices(), sides.front()->run().count("SELECT count(*) FROM history"),
               sides.front()->run().count("SELECT count(*) FROM duplicates"));
}

TEST_CASE("kills of everything, half of them with the loss of the segments, change no outcome",
          "[chances_storm]") {
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    const std::uint64_t count = std::max<std::uint64_t>(scaled(20'000), 2'000);
    const std::uint64_t kills = std::clamp<std::uint64_t>(scaled(10), 4, 50);
    Sides sides;
    sides.push_back(std::make_unique<Side>(Side::Kind::Sequence, seed, 1, count));
    sides.front()->start();
    std::uint64_t killed = 0;
    for (; killed < kills; ++killed) {
        wait_for(sides, (killed + 1) * count / (kills + 1));
        if (sides.front()->has_ended()) break;
        kill_everything(sides, killed % 2 == 1);
    }
    CHECK(killed >= 2);
    finish(sides);
    std::vector<std::string> ids;
    for (std::uint64_t number = 1; number <= count; ++number) ids.push_back(std::to_string(number));
    require_outcomes(sides, seed, ids);
    fmt::print("kills of everything: seed {}, {} numbers, {} kills, {} outcomes replaced\n", seed, count,
               killed, sides.front()->run().count("SELECT count(*) FROM history"));
}
