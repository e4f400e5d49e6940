// SPDX-License-Identifier: Apache-2.0
#include "tests/system/observer_run.hpp"

#include <fmt/format.h>

#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

std::string output_of(const PipelineRun& run, std::vector<std::string> options) {
    options.insert(options.end(), {"--interval", "100ms"});
    Process observer = start_observer(run, std::move(options));
    const int status = observer.wait();
    INFO(observer.err());
    REQUIRE(status == 0);
    return observer.out();
}

}  // namespace

Process start_observer(const PipelineRun& run, std::vector<std::string> options,
                       std::vector<std::string> before) {
    static int started = 0;
    std::vector<std::string> argv = std::move(before);
    argv.insert(argv.end(), {OBSERVER_PROGRAM, "--name", run.name()});
    argv.insert(argv.end(), options.begin(), options.end());
    return {argv, run.directory(), fmt::format("look{}", ++started)};
}

std::vector<nlohmann::json> json_lines(const Process& observer) {
    const std::string text = observer.out();
    std::vector<nlohmann::json> all;
    // What is after the last end of a line is still being written.
    for (const auto& line : lines_of(text.substr(0, text.rfind('\n') + 1)))
        all.push_back(nlohmann::json::parse(line));
    return all;
}

nlohmann::json observe_once(const PipelineRun& run) {
    return nlohmann::json::parse(output_of(run, {"--once", "--json"}));
}

std::string observe_text(const PipelineRun& run, const std::string& option) {
    return output_of(run, {option});
}

}  // namespace pipeline::test
