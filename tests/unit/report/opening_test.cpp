// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/opening.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("a run whose source was chosen for the user says which one", "[report]") {
    Options options;
    options.source = parse_source("spool:/in");
    options.source_choice = SourceChoice::Default;
    CHECK(source_line(options).empty());  // nobody expects a service to read standard input
    options.has_command = true;
    CHECK(source_line(options) ==
          "no --source is given, and standard input is no pipe and no file: the source is spool:/in");
    options.source = parse_source("lines:-");
    options.source_choice = SourceChoice::StandardInput;
    CHECK(source_line(options) ==
          "no --source is given: the ids come from standard input (lines:-), until it ends");
    options.source_choice = SourceChoice::Given;
    CHECK(source_line(options).empty());
}
