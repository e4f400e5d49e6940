// SPDX-License-Identifier: Apache-2.0
// consumer: processes what it claims from the ring and saves the results. Started by the supervisor.
#include "common/options/consumer_options.hpp"
#include "common/os/program.hpp"
#include "common/os/signals.hpp"
#include "consumer/consume.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    block_signals(kPipelineSignals);
    return run_program(
        "consumer", [&] { return parse_consumer_options(arguments_of(argc, argv)); }, consume,
        OnShortage::Waits);
}
