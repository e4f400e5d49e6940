// SPDX-License-Identifier: Apache-2.0
// invoice-pipeline: the front door. Starts the program that a command stands for, in its own place.
#include "common/os/program.hpp"
#include "front/front_options.hpp"
#include "front/hand_over.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    return run_program(
        "invoice-pipeline", [&] { return parse_front_options(arguments_of(argc, argv)); }, hand_over);
}
