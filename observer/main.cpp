// SPDX-License-Identifier: Apache-2.0
// observer: shows what a pipeline is doing, has done, or has left behind. It changes nothing.
#include "common/os/program.hpp"
#include "observer/observe.hpp"
#include "observer/options/options.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    return run_program(
        "observer", [&] { return parse_observer_options(arguments_of(argc, argv), process_environment()); },
        observe);
}
