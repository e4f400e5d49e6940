// SPDX-License-Identifier: Apache-2.0
#include "clerk/options/options.hpp"

#include <string>
#include <vector>

#include "tests/support/command_line_support.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Arguments = std::vector<std::string>;

std::variant<ClerkOptions, EarlyExit> parse(const Arguments& arguments) {
    return parse_clerk_options(pointers_to(arguments), environment_of({{"HOME", "/home/u"}}));
}

ClerkOptions options_of(const Arguments& arguments) {
    return std::get<ClerkOptions>(parse(arguments));
}

std::string refusal(const Arguments& arguments) {
    return usage_error_of([&] { return parse(arguments); });
}

}  // namespace

TEST_CASE("a command has its ids, and options stand anywhere", "[clerk_options]") {
    const auto options = options_of({"--name", "n", "retry", "a", "--state-dir=/s", "b", "--yes", "c"});
    CHECK(options.command == ClerkCommand::Retry);
    CHECK(options.ids == Arguments{"a", "b", "c"});
    CHECK(options.yes);
    CHECK(options.name == "n");
    CHECK(options.state_dir == "/s");
    CHECK(options.places == " --name n --state-dir /s");
    CHECK(options_of({"show", "--", "--name"}).ids == Arguments{"--name"});
    CHECK(options_of({"--name", "n", "--", "show", "-x"}).ids == Arguments{"-x"});
    CHECK(options_of({"cancel", "-"}).ids == Arguments{"-"});
}

TEST_CASE("the clerk's options have their defaults", "[clerk_options]") {
    const auto options = options_of({"list"});
    CHECK(options.command == ClerkCommand::List);
    CHECK(options.ids.empty());
    CHECK_FALSE(options.yes);
    CHECK_FALSE(options.ledger);
    CHECK(options.places.empty());
    CHECK(options.state_dir == "/home/u/.local/state/invoice-pipeline");
    CHECK(options.lock_dirs.front() == options.state_dir);
    const RowSelection rows = options.selection(not_booked());
    CHECK(rows.has(RowStatus::Failed));
    CHECK(rows.has(RowStatus::Waiting));
    CHECK_FALSE(rows.has(RowStatus::Booked));
    CHECK_FALSE(rows.reason);
    CHECK_FALSE(rows.since_us);
}

TEST_CASE("rows are chosen by statuses, a reason and a time", "[clerk_options]") {
    const auto options = options_of(
        {"export", "--status", "failed,booked", "--reason", "*", "--since", "1970-01-02", "--format=json"});
    CHECK(options.format == ExportFormat::Json);
    const RowSelection rows = options.selection(not_booked());
    CHECK(rows.has(RowStatus::Failed));
    CHECK(rows.has(RowStatus::Booked));
    CHECK_FALSE(rows.has(RowStatus::Rejected));
    CHECK(rows.reason == "*");
    CHECK(rows.since_us == 86'400'000'000);
    CHECK(options_of({"list", "--limit", "7"}).limit == 7);
    CHECK(options_of({"list", "--runtime-dir", "/r"}).lock_dirs == std::vector<std::filesystem::path>{"/r"});
}

TEST_CASE("what the clerk cannot do is refused in one line that says what is accepted", "[clerk_options]") {
    check_mentions(refusal({}),
                   "a command is missing: list, show, retry, cancel, prune, export, head, discard");
    check_mentions(refusal({"lits"}), "did you mean list?");
    check_mentions(refusal({"show"}), "an id is missing");
    check_mentions(refusal({"show", "a", "b"}), "one id is accepted");
    check_mentions(refusal({"cancel"}), "an id is missing");
    check_mentions(refusal({"list", "a"}), "no id is accepted");
    check_mentions(refusal({"show", ""}), "at least one byte");
    check_mentions(refusal({"retry"}), "--status failed, rejected or waiting");
    check_mentions(refusal({"retry", "--reason", "x"}), "--status failed, rejected or waiting");
    check_mentions(refusal({"retry", "a", "--status", "failed"}), "not both");
    check_mentions(refusal({"retry", "--status", "booked"}), "never given again");
    check_mentions(refusal({"retry", "--status", "failed,booked"}), "never given again");
    check_mentions(refusal({"list", "--status", "fialed"}), "did you mean failed?");
    check_mentions(refusal({"list", "--status", "failed,"}), "several of them with commas");
    check_mentions(refusal({"list", "--limit", "0"}), "--limit");
    check_mentions(refusal({"list", "--since", "soon"}), "2026-11-27 20:00");
    check_mentions(refusal({"list", "--reason", ""}), "--reason");
    check_mentions(refusal({"show", "a", "--limit", "1"}), "--limit: is not accepted with show");
    check_mentions(refusal({"cancel", "a", "--status", "waiting"}), "--status: is not accepted with cancel");
    check_mentions(refusal({"list", "--format", "csv"}), "--format: is not accepted with list");
    check_mentions(refusal({"export", "--format", "xml"}), "csv or json is accepted");
    check_mentions(refusal({"discard", "--ledger", "sqlite:/l"}), "--ledger: is not accepted with discard");
    check_mentions(refusal({"list", "--ledger", "none"}), "it keeps no rows");
    check_mentions(refusal({"list", "--nmae", "n"}), "did you mean --name?");
    check_mentions(refusal({"retry", "--failed"}), "--failed is not an option: --status failed is what");
    check_mentions(refusal({"list", "-x"}), "unknown option");
    check_mentions(refusal({"list", "--name"}), "--name");
    check_mentions(refusal({"list", "--name", "--yes"}), "--name has no value");
}

TEST_CASE("help names every command", "[clerk_options]") {
    const auto text = std::get<EarlyExit>(parse({"--help"})).text;
    for (const auto& command : kClerkCommands) check_mentions(text, "\n  " + std::string(command.word));
    CHECK(std::holds_alternative<EarlyExit>(parse({"retry", "-h"})));
}
