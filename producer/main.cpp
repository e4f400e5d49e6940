// SPDX-License-Identifier: Apache-2.0
// producer: acquires invoices from the source and pushes them into the ring. The supervisor starts it.
#include "common/base/log.hpp"
#include "common/options/producer_options.hpp"
#include "common/os/program.hpp"
#include "common/os/signals.hpp"
#include "producer/produce.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    block_signals(kPipelineSignals);
    share_terminal();
    return run_program(
        "producer", [&] { return parse_producer_options(arguments_of(argc, argv)); }, produce,
        OnShortage::Waits);
}
