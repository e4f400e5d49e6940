// SPDX-License-Identifier: Apache-2.0
// producer: acquires invoices from the source and pushes them into the ring. Started by the supervisor.
#include <signal.h>

#include "common/error.hpp"
#include "common/producer_options.hpp"
#include "common/program.hpp"
#include "common/segments.hpp"
#include "common/signals.hpp"
#include "producer/producer.hpp"
#include "producer/resume.hpp"
#include "producer/source.hpp"

namespace {

using namespace pipeline;

ExitStatus produce(const ProducerOptions& options) {
    const UniqueFd signals = open_signal_fd({SIGTERM, SIGINT});
    auto segments = Segments::open(options.name);
    if (!segments || !segments->lock_shared()) {
        throw Failure(ExitStatus::Internal,
                      "there are no segments named " + options.name + ": start the supervisor");
    }
    const auto source =
        open_source(options.source, resume_from(segments->ring(), segments->storage()), options.once);
    const ExitStatus status = Producer(options, *segments, *source, signals.get()).run();
    segments->leave();
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    // The terminal sends its signals to all processes of the pipeline; only the supervisor answers them.
    block_signals({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU});
    return run_program(
        "producer", [&] { return parse_producer_options(arguments_of(argc, argv)); }, produce);
}
