// SPDX-License-Identifier: Apache-2.0
// clerk: does in a ledger what people decide, and discards what a pipeline has left. Processes no invoice.
#include "clerk/clerk.hpp"
#include "clerk/options/options.hpp"
#include "common/os/program.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    return run_program(
        "clerk", [&] { return parse_clerk_options(arguments_of(argc, argv), process_environment()); },
        serve_people);
}
