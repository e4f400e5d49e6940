// SPDX-License-Identifier: Apache-2.0
// The way of a spool's file from its receipt to its folder, cut short by SIGKILL before and after each call
// that moves something, and the start after it cut short likewise; and every combination of renames that a
// power cut can keep. In the end each file is in its folder or back in the spool, once, and nothing that is
// done is given to the pipeline again.
#include <cstdio>
#include <functional>
#include <map>
#include <memory>

#include "tests/crash/spool_moves.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/spool_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;
using Ids = std::vector<std::string>;

namespace {

enum class Situation { Plain, NameTaken, Replaced, ReplacedTwice };

// A spool in which `a` is in the ledger and its receipt is due.
struct Scene {
    explicit Scene(Situation what, bool with_no_replace) : situation(what), no_replace(with_no_replace) {
        spool.write("a", "done");
        known->rows[{"a", position_of(spool.path / "a")}] = Outcome::Booked;
        if (situation == Situation::NameTaken) {
            fs::create_directory(spool.path / "booked");
            write_file(spool.path / "booked/a", "older");
        }
    }

    // The receipt in a process of its own; false if it was not killed.
    [[nodiscard]] bool receipt_is_killed(unsigned kill_at) const {
        return dies([&] {
            const auto moves = std::make_shared<CutShort>(no_replace, kill_at);
            SourceContext context;
            context.moves = moves;
            SpoolSource source(spool.path, {}, limits_of(100), context);
            const auto taken = take_all(source);
            if (taken.size() != 1) ::_exit(2);
            moves->before_call = [this](unsigned call) {
                if (situation == Situation::Replaced && call == 1) spool.hand_over("a", "new");
                if (situation == Situation::ReplacedTwice && call == 1) spool.hand_over("a", "new");
                if (situation == Situation::ReplacedTwice && call == 2) spool.hand_over("a", "newer");
            };
            source.acknowledge(receipt_of(taken[0], Outcome::Booked));
        });
    }
    [[nodiscard]] bool start_is_killed(unsigned kill_at) const {
        return dies([&] {
            SourceContext context = context_of_start(kill_at);
            SpoolSource source(spool.path, {}, limits_of(100), context);
            static_cast<void>(take_all(source));
        });
    }
    [[nodiscard]] SourceContext context_of_start(unsigned kill_at) const {
        SourceContext context;
        context.moves = std::make_shared<CutShort>(no_replace, kill_at);
        context.ledger = known;
        return context;
    }

    // After any kills: a start mends everything, and gives new invoices only, each once.
    void check_start() const {
        const SourceContext context = context_of_start(0);
        SpoolSource source(spool.path, {}, limits_of(100), context);
        std::vector<std::string> given;
        for (const auto& item : take_all(source)) given.push_back(read_file(spool.path / item.id));
        std::map<std::string, int> contents;
        for (const auto& entry : fs::recursive_directory_iterator(spool.path)) {
            if (entry.is_directory()) continue;
            ++contents[read_file(entry.path())];
            CHECK(entry.path().string().find(".moving/") == std::string::npos);
            CHECK(entry.path().filename().string().front() != '.');
            CHECK(fs::hard_link_count(entry.path()) == 1);
            const bool is_new = read_file(entry.path()).starts_with("new");
            CHECK((entry.path().parent_path() == spool.path) == is_new);
        }
        CHECK(contents["older"] == (situation == Situation::NameTaken ? 1 : 0));
        // The user handed the new file over before the kill, or the kill came first.
        CHECK(contents["new"] + contents["newer"] == static_cast<int>(given.size()));
        for (const auto& content : given) CHECK(content.starts_with("new"));
        for (const auto& [content, count] : contents) {
            CAPTURE(content);
            CHECK(count <= 1);
        }
        // A file that was replaced is gone by the will of who replaced it: nobody has its content any more.
        const bool overwritten = contents["new"] + contents["newer"] != 0;
        CHECK(contents["done"] == (overwritten ? 0 : 1));
    }

    Situation situation;
    bool no_replace;
    Spool spool;
    std::shared_ptr<KnownFiles> known = std::make_shared<KnownFiles>();
};

}  // namespace

TEST_CASE("a receipt that is killed at any call leaves a file that the next start brings where it belongs",
          "[spool_moves]") {
    const auto situation =
        GENERATE(Situation::Plain, Situation::NameTaken, Situation::Replaced, Situation::ReplacedTwice);
    const bool no_replace = GENERATE(true, false);
    CAPTURE(static_cast<int>(situation), no_replace);
    unsigned deaths = 0;
    for (unsigned kill_at = 1;; ++kill_at) {
        CAPTURE(kill_at);
        const Scene scene(situation, no_replace);
        const CapturedLog quiet;
        const bool killed = scene.receipt_is_killed(kill_at);
        scene.check_start();
        if (!killed) break;
        ++deaths;
    }
    CHECK(deaths >= 4);  // both renames, before and after
}

TEST_CASE("a start that is killed while it finishes what a kill has left is finished by the next",
          "[spool_moves]") {
    const auto situation =
        GENERATE(Situation::Plain, Situation::NameTaken, Situation::Replaced, Situation::ReplacedTwice);
    const bool no_replace = GENERATE(true, false);
    CAPTURE(static_cast<int>(situation), no_replace);
    for (unsigned first = 1;; ++first) {
        bool first_killed = false;
        for (unsigned second = 1;; ++second) {
            CAPTURE(first, second);
            const Scene scene(situation, no_replace);
            const CapturedLog quiet;
            first_killed = scene.receipt_is_killed(first);
            const bool killed = scene.start_is_killed(second);
            scene.check_start();
            if (!killed) break;
        }
        if (!first_killed) break;
    }
}

TEST_CASE("whatever renames a power cut keeps, a start finishes what the ledger has and puts back the rest",
          "[spool_moves]") {
    enum class At { Spool, Moving, Folder };
    const auto booked = GENERATE(At::Spool, At::Moving, At::Folder);
    const auto rejected = GENERATE(At::Spool, At::Moving, At::Folder);
    const auto taken_by_mistake = GENERATE(At::Spool, At::Moving);
    const bool no_replace = GENERATE(true, false);
    CAPTURE(static_cast<int>(booked), static_cast<int>(rejected), static_cast<int>(taken_by_mistake));
    const CapturedLog quiet;
    const Spool spool;
    const auto known = std::make_shared<KnownFiles>();
    for (const char* outcome : {"booked", "rejected", "failed"}) {
        fs::create_directories(spool.path / outcome);
        fs::create_directories(spool.path / ".moving" / outcome);
    }
    const auto put = [&](const std::string& name, At at, const std::string& outcome) {
        const fs::path path = at == At::Spool    ? spool.path / name
                              : at == At::Moving ? spool.path / ".moving" / outcome / name
                                                 : spool.path / outcome / name;
        write_file(path, name);
        return position_of(path);
    };
    known->rows[{"b", put("b", booked, "booked")}] = Outcome::Booked;
    known->rows[{"r", put("r", rejected, "rejected")}] = Outcome::Rejected;
    // Another invoice under a name that is in the ledger, from before.
    static_cast<void>(put("n", taken_by_mistake, "failed"));
    known->rows[{"n", 1}] = Outcome::Failed;

    SourceContext context;
    context.moves = std::make_shared<CutShort>(no_replace, 0);
    context.ledger = known;
    SpoolSource source(spool.path, {}, limits_of(100), context);
    CHECK(ids_of(take_all(source)) == Ids{"n"});
    CHECK(spool.in("") == Ids{"n"});
    CHECK(spool.in("booked") == Ids{"b"});
    CHECK(spool.in("rejected") == Ids{"r"});
    for (const char* outcome : {"booked", "rejected", "failed", "duplicates"})
        CHECK(spool.in(std::string(".moving/") + outcome).empty());
}

TEST_CASE("what lies in .moving and is durable in the segments needs no ledger", "[spool_moves]") {
    const CapturedLog quiet;
    const Spool spool;
    fs::create_directories(spool.path / ".moving/booked");
    write_file(spool.path / ".moving/booked/a", "a");
    write_file(spool.path / ".moving/booked/b", "b");
    Resume resume;
    resume.unacknowledged = {{position_of(spool.path / ".moving/booked/a"), Outcome::Failed}};
    SpoolSource source(spool.path, resume);
    CHECK(ids_of(take_all(source)) == Ids{"b"});
    CHECK(spool.in("failed") == Ids{"a"});
}

TEST_CASE("while the ledger cannot be asked nothing is given, and afterwards what it has is not",
          "[spool_moves]") {
    const CapturedLog captured;
    const Spool spool;
    spool.write("done");
    spool.write("new");
    const auto known = std::make_shared<KnownFiles>();
    known->rows[{"done", position_of(spool.path / "done")}] = Outcome::Rejected;
    known->silent = 2;
    SourceContext context;
    context.ledger = known;
    SpoolSource source(spool.path, {}, limits_of(100), context);
    CHECK(take_all(source).empty());
    CHECK_FALSE(source.exhausted());
    std::vector<Taken> taken;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!source.exhausted() && std::chrono::steady_clock::now() < until) {
        for (auto& item : take_all(source)) taken.push_back(std::move(item));
        source.wait(-1, std::chrono::milliseconds(10));
    }
    CHECK(std::count_if(taken.begin(), taken.end(), [](const Taken& item) { return item.id == "new"; }) == 1);
    CHECK(std::none_of(taken.begin(), taken.end(), [](const Taken& item) { return item.id == "done"; }));
    CHECK(spool.in("rejected") == Ids{"done"});
}
