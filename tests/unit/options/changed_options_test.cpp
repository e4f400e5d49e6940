// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/changed_options.hpp"

#include <string>
#include <vector>

#include "common/cli/settings.hpp"
#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Lines = std::vector<std::string>;

std::string all_settings(Options options) {
    return settings_text(declare(options));
}

}  // namespace

TEST_CASE("what the consumers and the producer are told changes, and each change is named", "[options]") {
    const Options running = options_of(with_consumers({"--source", "sequence", "--process", "none"}));
    const Options wanted =
        options_of({"--consumers=1..4", "--source", "sequence", "--process", "each:a b", "--rate", "5/s",
                    "--keep-output", "--fail-on", "rejected", "--report", "json"});
    const auto change = change_options(running, wanted);
    CHECK(change.changed == Lines{"--consumers 1..4 instead of 2", "--process each:a b instead of none",
                                  "--fail-on rejected instead of never", "--rate 5/s instead of none",
                                  "--keep-output true instead of false", "--report json instead of text"});
    CHECK(change.kept.empty());
    CHECK(all_settings(change.options) == all_settings(wanted));
    const auto back = change_options(change.options, running);
    CHECK(all_settings(back.options) == all_settings(running));
    CHECK(back.changed[3] == "--rate none instead of 5/s");
}

TEST_CASE("what the segments, the source and the ledger are made for stays, and is named", "[options]") {
    const Options running = options_of(with_consumers({"--source", "lines:/a"}));
    const Options wanted = options_of(with_consumers(
        {"--source",          "lines:/b", "--ledger",           "none", "--once",          "--from-start",
         "--ring-capacity",   "8",        "--storage-capacity", "9",    "--body-capacity", "8MiB",
         "--result-capacity", "9MiB",     "--body-max",         "2KiB", "--name",          "b",
         "--state-dir",       "/b",       "--runtime-dir",      "/c",   "--shm-dir",       "/d",
         "--fail-on",         "never",    "--max-attempts",     "9"}));
    const auto change = change_options(running, wanted);
    CHECK(
        change.kept ==
        Lines{"--source stays lines:/a until the next start, which takes lines:/b",
              "--ledger stays sqlite:/home/u/.local/state/invoice-pipeline/invoices.db until the next start, "
              "which "
              "takes none",
              "--once stays false until the next start, which takes true",
              "--from-start stays false until the next start, which takes true",
              "--ring-capacity stays 16384 until the next start, which takes 8",
              "--storage-capacity stays 16384 until the next start, which takes 9",
              "--body-capacity stays 16MiB until the next start, which takes 8MiB",
              "--result-capacity stays 16MiB until the next start, which takes 9MiB",
              "--body-max stays 1MiB until the next start, which takes 2KiB",
              "--name stays invoice-pipeline until the next start, which takes b",
              "--state-dir stays /home/u/.local/state/invoice-pipeline until the next start, which takes /b",
              "--runtime-dir stays /run/user/1/invoice-pipeline until the next start, which takes /c",
              "--shm-dir stays /dev/shm until the next start, which takes /d"});
    CHECK(change.options.max_attempts == 9);
    CHECK(change.options.source.text() == "lines:/a");
    CHECK_FALSE(change.options.once);
}

TEST_CASE("what nobody has given follows the --once in force, not the one that a file asks for",
          "[options]") {
    const Options service = options_of(with_consumers({"--source", "sequence", "--process", "none"}));
    const Options batch = options_of(
        with_consumers({"--source", "sequence", "--process", "none", "--once", "--hold-for", "5min"}));
    const auto stays_service = change_options(service, batch);
    CHECK(stays_service.changed == Lines{"--hold-for 5min instead of none"});
    CHECK(stays_service.options.fail_on == FailOn::Never);
    CHECK_FALSE(stays_service.options.retry.give_up_after);
    const auto stays_batch = change_options(batch, service);
    CHECK(stays_batch.changed == Lines{"--hold-for 15min instead of 5min"});
    CHECK(stays_batch.options.fail_on == FailOn::Failed);
}

TEST_CASE("a change that does not go with what stays is refused", "[options]") {
    const Options running = options_of(with_consumers({"--source", "sequence", "--process", "none"}));
    const Options wanted = options_of(with_consumers({"--source", "lines:/a", "--process", "invoice"}));
    const auto refusal = refusal_of([&] { return change_options(running, wanted); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::Usage);
    CHECK(refusal.text.find("--process 'invoice' cannot read --source 'sequence'") != std::string::npos);
}

TEST_CASE("all settings are printed as a file that means the same", "[options]") {
    const Options first = options_of(with_consumers({"--source", "lines:/a # b", "--once", "--rate", "5/s",
                                                     "--process", "each:sh -c 'echo \"#\"; true' sh {}"}));
    const std::string text = all_settings(first);
    CHECK(text.find("\nsource = \"lines:/a # b\"\n") != std::string::npos);
    CHECK(text.find("\n# every is not set\n") != std::string::npos);
    CHECK(text.find("check") == std::string::npos);
    const OptionsFile file(text);
    CHECK(all_settings(options_of({"--config", file.path()})) == text);
    CHECK(answer_of({"--config", file.path(), "--print-config"}) == text);
}
