// SPDX-License-Identifier: Apache-2.0
// Healthy invoices among those whose programs turn against the pipeline at random: no healthy one pays for
// another. The order and the choice of the bad ones are random; their seed is printed.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

struct Mode {
    std::string process;
    std::vector<std::string> options;
    std::uint64_t healthy;  // in the gate
};

// See tests/programs/outside/answerer.cpp. The quick ones end or answer at once; each of the slow ones lasts
// for an --item-timeout.
constexpr std::array<std::string_view, 11> kQuick{"abort",      "segv",   "exit",  "kill-parent",
                                                  "garbage",    "long",   "twice", "wrong-id",
                                                  "grandchild", "daemon", "say"};
constexpr std::array<std::string_view, 6> kSlow{"hang", "deaf", "regroup", "trickle", "close", "close-input"};

// One in a hundred is bad, and one in ten of those is slow.
std::vector<std::string> choose_ids(std::uint64_t healthy, std::mt19937_64& random) {
    std::vector<std::string> ids;
    for (std::uint64_t i = 0; i < healthy; ++i) ids.push_back(fmt::format("good {}", i));
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(healthy / 100, kQuick.size()); ++i)
        ids.push_back(fmt::format("{} {}", kQuick[i % kQuick.size()], i));
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(healthy / 1000, 2); ++i)
        ids.push_back(fmt::format("{} {}", kSlow[random() % kSlow.size()], i));
    std::shuffle(ids.begin(), ids.end(), random);
    return ids;
}

void no_core_files() {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
}

}  // namespace

TEST_CASE("among programs that turn against the pipeline no healthy invoice is charged", "[outside]") {
    no_core_files();
    const std::string answerer = ANSWERER_PROGRAM;
    const auto mode = GENERATE_COPY(Mode{"exec:" + answerer, {"--pipeline", "1"}, 600},
                                    Mode{"exec:" + answerer, {"--pipeline", "16"}, 1000},
                                    Mode{"each:" + answerer + " each {} {attempt}", {}, 400});
    static const auto seed = test_seed();
    std::mt19937_64 random(seed);
    INFO("seed " << seed << ", " << mode.process);
    PipelineRun run;
    const std::uint64_t healthy = scaled(mode.healthy);
    const auto ids = choose_ids(healthy, random);
    // One attempt: a healthy invoice that were charged once would have failed. The time is far more than a
    // healthy one takes on any machine, because that it takes too long is the one thing that it may be
    // charged.
    std::vector<std::string> options{"--consumers",    "4",      "--process",      mode.process,
                                     "--max-attempts", "1",      "--item-timeout", "10s",
                                     "--log-level",    "warning"};
    options.insert(options.end(), mode.options.begin(), mode.options.end());
    auto supervisor = run.start(over(run, ids, options));
    const int status = supervisor.wait(kDeadline * std::max(1, static_cast<int>(test_scale())));
    INFO(supervisor.err());
    REQUIRE(status == run.expected_status());
    const auto charged = run.column(
        "SELECT id || ': ' || status || ' ' || attempts || ' ' || ifnull(reason, '') FROM invoices "
        "WHERE id LIKE 'good %' AND (status <> 'booked' OR attempts <> 1)");
    CHECK(charged == std::vector<std::string>{});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE id LIKE 'good %'") == healthy);
    CHECK(run.rows() == ids.size());
    run.require_nothing_left();
    fmt::print("programs of {}: seed {}, {} healthy invoices among {} bad ones, {} charged\n",
               mode.process.substr(0, 4), seed, healthy, ids.size() - healthy, charged.size());
}
