// SPDX-License-Identifier: Apache-2.0
// The supervisor's options that were not given.
#include "supervisor/options/options.hpp"

#include "common/spec/values.hpp"
#include "tests/support/command_line_support.hpp"
#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

TEST_CASE("what is not given has its default", "[options]") {
    const auto options = options_of({"--consumers", "4"});
    CHECK(options.consumers.text() == "4");
    CHECK(options.source.text() == "spool:/home/u/.local/state/invoice-pipeline/spool");
    CHECK(options.process.text() == "invoice");
    CHECK(options.ledger.text() == "sqlite:/home/u/.local/state/invoice-pipeline/invoices.db");
    CHECK_FALSE(options.once);
    CHECK_FALSE(options.rate.has_value());
    CHECK(options.spool.rescan == 30s);
    CHECK(options.spool.settle_time == 1s);
    CHECK(options.spool.include.empty());
    CHECK(options.spool.exclude.empty());
    CHECK(options.name == "invoice-pipeline");
    CHECK(options.ring_capacity == 16'384);
    CHECK(options.storage_capacity == 16'384);
    CHECK(options.batch_max == 256);
    CHECK(options.item_timeout == 5min);
    CHECK(options.max_attempts == 3);
    CHECK(options.flush_interval == 100ms);
    CHECK(options.drain_timeout == 60s);
    CHECK(options.state_dir == "/home/u/.local/state/invoice-pipeline");
    CHECK(options.runtime_dir == "/run/user/1/invoice-pipeline");
    CHECK(options.log_level == pipeline::LogLevel::Info);
    CHECK(options.report == pipeline::ReportFormat::Text);
    CHECK(options_of({"--consumers", "4", "--once"}).once);
    CHECK_FALSE(options.halt_after);
    // A drain processes what is in the ring: a run that may halt has little in it, unless somebody wants
    // more.
    CHECK(options_of({"-j4", "--halt-after=1"}).ring_capacity == 8);
    CHECK(options_of({"-j1..3", "--halt-after=50%"}).ring_capacity == 6);
    CHECK(options_of({"-j4", "--halt-after=1", "--ring-capacity=100"}).ring_capacity == 100);
    CHECK(options.fail_on == FailOn::Never);
    CHECK(options_of({"--consumers", "4", "--once"}).fail_on == FailOn::Failed);
    CHECK(options_of({"-j4", "--source=lines:/ids", "--", "a"}).fail_on == FailOn::Failed);
    CHECK(options_of({"-j4", "--once", "--fail-on=never"}).fail_on == FailOn::Never);
}

TEST_CASE("the directories follow --state-dir and --runtime-dir", "[options]") {
    const auto here = std::filesystem::current_path();
    const auto options = options_of(with_consumers({"--state-dir", "st/../state"}));
    CHECK(options.state_dir == here / "state");
    CHECK(options.source.path == here / "state/spool");
    CHECK(options.ledger.path == here / "state/invoices.db");
    CHECK(options.runtime_dir == "/run/user/1/invoice-pipeline");

    const Arguments only_state = with_consumers({"--state-dir=/st"});
    const auto bare = std::get<Options>(parse_options(pointers_to(only_state), environment_of({})));
    CHECK(bare.runtime_dir == "/st");
}

TEST_CASE("without any place for the state, the option that gives one is named", "[options]") {
    const Arguments arguments = with_consumers({});
    CHECK(usage_error_of([&] { return parse_options(pointers_to(arguments), environment_of({})); }) ==
          "--state-dir is missing: give a directory, because STATE_DIRECTORY, XDG_STATE_HOME and HOME name "
          "none");
}
