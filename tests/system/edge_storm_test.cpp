// SPDX-License-Identifier: Apache-2.0
// A storm from outside over a spool and its command: files come by rename all the while, some of them under
// names that are booked; children, the supervisor or all of them are killed, the segments are removed,
// another program locks the ledger, and the ledger is moved away and put back. In the end each name has one
// row and each file lies in its folder. The storm ends by its events, each of which waits until the pipeline
// has stored something since the one before.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/ledger_lock.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kConsumers = 3;
constexpr std::uint64_t kFiles = 4'000;
constexpr std::uint64_t kEvents = 40;
constexpr std::uint64_t kAgain = 20;  // one of so many files has the name of one that came before

class EdgeStorm {
  public:
    EdgeStorm() : random_(seed_) {
        fs::create_directory(run_.spool());
        fs::create_directory(outside());
        start();
    }

    void rage() {
        for (std::uint64_t event = 0; event < events_; ++event) {
            hand_over((event + 1) * files_ / events_);
            happen(random_() % 7);
            wait_for_progress(event);
        }
    }

    void require_that_nothing_is_lost_or_doubled() {
        INFO("seed " << seed_ << ": " << names_ << " names, " << again_ << " again");
        const bool all_moved = eventually([&] {
            start_if_it_has_ended();
            return files_in(run_.spool()) == 0;
        });
        if (!all_moved) FAIL("files stay in the spool:\n" << supervisor_->err());
        supervisor_->send(SIGTERM);
        const int status = supervisor_->wait();
        INFO(supervisor_->err());
        REQUIRE(status == 0);
        CHECK(run_.rows() == names_);
        CHECK(run_.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", names_}});
        CHECK(files_in(run_.spool() / "booked") == names_);
        CHECK(files_in(run_.spool() / "duplicates") == again_);
        CHECK(run_.count("SELECT count(*) FROM duplicates") == again_);
        for (const auto* folder : {"rejected", "failed"}) CHECK(files_in(run_.spool() / folder) == 0);
        CHECK(unfinished_moves() == 0);
        run_.require_nothing_left();
        fmt::print("storm from outside: seed {}, {} files, {} events, {} starts: {} booked, {} duplicates\n",
                   seed_, files_, events_, starts_, names_, again_);
    }

  private:
    [[nodiscard]] fs::path outside() const { return run_.directory() / "outside"; }

    // Files between two folders: a move that a kill has left half done.
    [[nodiscard]] std::size_t unfinished_moves() const {
        std::error_code none;
        const fs::recursive_directory_iterator entries(run_.spool() / ".moving", none);
        return none ? 0
                    : static_cast<std::size_t>(
                          std::count_if(begin(entries), end(entries),
                                        [](const auto& entry) { return entry.is_regular_file(); }));
    }

    void start() {
        ++starts_;
        supervisor_ = std::make_unique<Process>(
            run_.start({"--consumers", std::to_string(kConsumers), "--source",
                        "spool:" + run_.spool().string(), "--ring-capacity", "64", "--storage-capacity",
                        "256", "--drain-timeout", "20s", "--", "test", "-n", "{}"}));
    }

    void start_if_it_has_ended() {
        if (!supervisor_->is_running()) start();
    }

    // Hands files over until so many have come, each by a rename.
    void hand_over(std::uint64_t up_to) {
        for (; given_ < up_to; ++given_) {
            const bool again = names_ > 0 && given_ % kAgain == kAgain - 1 && hand_over_again();
            if (!again) hand_over_as(fmt::format("invoice-{:06}.xml", names_++));
        }
    }

    // Under the name of a file that lies in booked/: in the spool it could take another one's place.
    bool hand_over_again() {
        const std::string name = fmt::format("invoice-{:06}.xml", random_() % names_);
        if (!fs::exists(run_.spool() / "booked" / name) || !seen_again_.insert(name).second) return false;
        hand_over_as(name);
        ++again_;
        return true;
    }

    void hand_over_as(const std::string& name) {
        const fs::path made = outside() / "file";
        write_file(made, fmt::format("{} {}\n", name, given_));
        fs::rename(made, run_.spool() / name);
    }

    void happen(std::uint64_t what) {
        switch (what) {
            case 0:
            case 1:
                return kill_one(what == 0 ? "producer" : "consumer");
            case 2:
                supervisor_->send(SIGKILL);
                supervisor_->wait();
                return start();  // waits until the children have drained
            case 3:
                run_.kill(*supervisor_);
                return start();
            case 4:
                // As a reboot does.
                run_.kill(*supervisor_);
                remove_segments();
                return start();
            case 5:
                return take_segments_away();
            default:
                return disturb_ledger();
        }
    }

    void kill_one(const char* role) {
        const auto all = supervisor_->children(role);
        if (!all.empty()) ::kill(all[random_() % all.size()], SIGKILL);
    }

    void remove_segments() const {
        for (const auto& segment : run_.segments()) fs::remove("/dev/shm/" + segment);
    }

    // The next child that is started notices it: that ends the run.
    void take_segments_away() {
        const auto is_whole = [&] { return supervisor_->children("consumer").size() == kConsumers; };
        const bool has_run = eventually([&] { return is_whole() || !supervisor_->is_running(); });
        if (!has_run) FAIL("seed " << seed_ << ": consumers are missing:\n" << supervisor_->err());
        remove_segments();
        kill_one("consumer");
        const bool has_ended = eventually([&] { return !supervisor_->is_running(); });
        if (!has_ended) FAIL("seed " << seed_ << ": runs without segments:\n" << supervisor_->err());
        start();
    }

    // Until this run has recorded something, a ledger that is away is to it one that is yet to be made.
    void wait_for_a_row() {
        const auto name = fmt::format("before-the-ledger-is-away-{:06}.xml", names_++);
        hand_over_as(name);
        const bool is_booked = eventually([&] {
            start_if_it_has_ended();
            return fs::exists(run_.spool() / "booked" / name);
        });
        if (!is_booked) FAIL("seed " << seed_ << ": nothing is recorded:\n" << supervisor_->err());
    }

    // Results wait meanwhile; that they do is said.
    void disturb_ledger() {
        wait_for_a_row();
        const bool lock = random_() % 2 == 0;
        const std::size_t said = supervisor_->err().size();
        const auto is_said = [&] {
            return supervisor_->err().find("the results wait", said) != std::string::npos ||
                   !supervisor_->is_running();
        };
        const auto another = fmt::format("while-the-ledger-is-away-{:06}.xml", names_++);
        if (lock) {
            const LedgerLock locked(run_.ledger());
            hand_over_as(another);
            CHECK(eventually(is_said));
        } else {
            const fs::path away = outside() / "ledger.db";
            fs::rename(run_.ledger(), away);
            hand_over_as(another);
            CHECK(eventually(is_said));
            fs::rename(away, run_.ledger());
        }
    }

    void wait_for_progress(std::uint64_t event) {
        const bool moved = eventually([&] {
            start_if_it_has_ended();
            // All that came up to the event before, so that no event falls into an idle pipeline.
            return files_in(run_.spool()) <= files_ / events_;
        });
        if (!moved)
            FAIL("seed " << seed_ << ", event " << event << ": nothing moves:\n" << supervisor_->err());
    }

    const std::uint64_t seed_ = test_seed();
    const std::uint64_t files_ = scaled(kFiles);
    const std::uint64_t events_ = scaled(kEvents);
    std::mt19937_64 random_;
    PipelineRun run_;
    std::unique_ptr<Process> supervisor_;
    std::set<std::string> seen_again_;
    std::uint64_t given_ = 0;
    std::uint64_t names_ = 0;
    std::uint64_t again_ = 0;
    int starts_ = 0;
};

}  // namespace

TEST_CASE("a storm from outside over a spool leaves one row for each name and each file in its folder",
          "[edge_storm]") {
    EdgeStorm storm;
    storm.rage();
    storm.require_that_nothing_is_lost_or_doubled();
}
