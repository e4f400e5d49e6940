// SPDX-License-Identifier: Apache-2.0
// The consumer program, which the supervisor starts: claims items from the ring, processes them, and saves
// the results.
#include "common/base/log.hpp"
#include "common/options/consumer_options.hpp"
#include "common/os/program.hpp"
#include "common/os/signals.hpp"
#include "consumer/consume.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    block_signals(kPipelineSignals);
    share_terminal();
    return run_program(
        "consumer", [&] { return parse_consumer_options(arguments_of(argc, argv)); }, consume,
        OnShortage::Waits);
}
