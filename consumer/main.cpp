// SPDX-License-Identifier: Apache-2.0
// consumer: processes what it claims from the ring and saves the results. Started by the supervisor.
#include <signal.h>

#include <memory>

#include "common/consumer_options.hpp"
#include "common/error.hpp"
#include "common/ledger.hpp"
#include "common/program.hpp"
#include "common/segments.hpp"
#include "common/signals.hpp"
#include "consumer/consumer.hpp"
#include "consumer/processor.hpp"

namespace {

using namespace pipeline;

ExitStatus consume(const ConsumerOptions& options) {
    auto segments = Segments::open(options.name);
    if (!segments || !segments->lock_shared()) {
        throw Failure(ExitStatus::Internal,
                      "there are no segments named " + options.name + ": start the supervisor");
    }
    const auto processor = make_processor(options.process, options.source);
    const auto ledger = open_ledger(options.ledger);
    // On the heap: a consumer holds the results of a whole batch.
    const ExitStatus status = std::make_unique<Consumer>(options, *segments, *processor, *ledger)->run();
    segments->leave();
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    // The terminal sends its signals to all processes of the pipeline; only the supervisor answers them.
    block_signals({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU});
    return run_program(
        "consumer", [&] { return parse_consumer_options(arguments_of(argc, argv)); }, consume);
}
