// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/opening.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

const std::string kWatched = "it is watched until the run is stopped (Ctrl-C or SIGTERM)";

Options over(const char* source, SourceChoice choice, bool has_command, bool once = false) {
    Options options;
    options.source = parse_source(source);
    options.source_choice = choice;
    options.has_command = has_command;
    options.once = once;
    return options;
}

}  // namespace

TEST_CASE("a run whose source was chosen for the user says which one, and how long it goes on", "[report]") {
    const std::string chosen =
        "no --source is given, and standard input is no pipe and no file: the source is spool:/in; ";
    CHECK(opening_line(over("spool:/in", SourceChoice::Default, true), false) == chosen + kWatched);
    CHECK(opening_line(over("spool:/in", SourceChoice::Default, true, true), false) ==
          chosen + "the run ends when nothing is left in it");
    CHECK(opening_line(over("lines:-", SourceChoice::StandardInput, true, true), false) ==
          "no --source is given: the ids come from standard input (lines:-), until it ends");
}

TEST_CASE("a run that goes on until it is stopped says so to a person, and not in a service", "[report]") {
    const std::string once = "; with --once the run ends by itself";
    CHECK(opening_line(over("spool:/in", SourceChoice::Given, true), false) ==
          "the source is spool:/in; " + kWatched + once);
    CHECK(opening_line(over("spool:/in", SourceChoice::Default, false), true) ==
          "the source is spool:/in; " + kWatched + once);
    CHECK(opening_line(over("lines:/ids", SourceChoice::Given, false), true) ==
          "the source is lines:/ids; " + kWatched + once);
    CHECK(opening_line(over("sequence:3", SourceChoice::Given, false), true) ==
          "the source is sequence:3; when it has ended, the run goes on until it is stopped" + once);
    CHECK(opening_line(over("spool:/in", SourceChoice::Given, false), false).empty());
    CHECK(opening_line(over("spool:/in", SourceChoice::Default, false), false).empty());
    CHECK(opening_line(over("spool:/in", SourceChoice::Given, true, true), true).empty());
    CHECK(opening_line(over("lines:/ids", SourceChoice::Given, true, true), true).empty());
}
