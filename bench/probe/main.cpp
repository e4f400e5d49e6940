// SPDX-License-Identifier: Apache-2.0
// probe: runs the real supervisor and says in one line of JSON what was asked. Works in the current
// directory.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/probe/questions.hpp"

namespace {

using pipeline::bench::Measure;

struct Question {
    const char* name;
    std::string (*ask)(const Measure&);
};
constexpr std::array<Question, 8> kQuestions{{{"throughput", &pipeline::bench::throughput},
                                              {"whole-run", &pipeline::bench::whole_run},
                                              {"load", &pipeline::bench::load},
                                              {"latency", &pipeline::bench::latency},
                                              {"idle", &pipeline::bench::idle},
                                              {"recovery", &pipeline::bench::recovery},
                                              {"drain", &pipeline::bench::drain},
                                              {"distance", &pipeline::bench::distance}}};

}  // namespace

int main(int argc, char** argv) {
    const std::string wanted = argc > 1 ? argv[1] : "";
    for (const Question& question : kQuestions) {
        if (wanted != question.name || argc < 5) continue;
        Measure measure;
        measure.supervisor = argv[2];
        measure.duration = std::chrono::milliseconds(std::strtoul(argv[3], nullptr, 10));
        measure.count = std::strtoul(argv[4], nullptr, 10);
        measure.options.assign(argv + 5, argv + argc);
        try {
            fmt::print("{{\"question\":\"{}\",{}}}\n", question.name, question.ask(measure));
            return 0;
        } catch (const std::exception& exception) {
            fmt::print(stderr, "probe {}: {}\n", question.name, exception.what());
            return 1;
        }
    }
    std::fputs(
        "probe: throughput|whole-run|load|latency|idle|recovery|drain|distance SUPERVISOR MILLISECONDS COUNT "
        "OPTION...\n"
        "MILLISECONDS is the window of throughput, load, latency and idle, COUNT the kills of recovery "
        "and the ids a second of\n"
        "latency; the options are the supervisor's own. bench/pipeline asks all of it.\n",
        stderr);
    return 64;
}
