// SPDX-License-Identifier: Apache-2.0
#include "producer/produce.hpp"

#include <signal.h>

#include <algorithm>
#include <memory>

#include "common/core/segments/segments.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/os/signals.hpp"
#include "producer/open_source.hpp"
#include "producer/producer.hpp"
#include "producer/resume.hpp"

namespace pipeline {

namespace {

ExitStatus run(const ProducerOptions& options, const Segments& segments, int signal_fd, SourceMaker make) {
    SourceContext context;
    context.report = std::make_shared<SourceReport>(segments.metrics().source);
    context.spool = options.spool;
    // Adopted segments may have a smaller byte area than --body-max needs.
    const std::uint64_t most = most_with_capacity(segments.ring().bytes().capacity()) - kMaxIdBytes;
    context.body_max = std::min<std::uint64_t>(options.body_max, most);
    const RingArea& ring = segments.ring().area();
    context.ledger = make_ledger_lookup(
        parse_ledger(segments.ledger()), segments.source(),
        {ring.ledger_id, ring.header.generation, 0, &segments.storage().area().ledger_files});
    const auto source =
        make(options.source, resume_from(segments.ring(), segments.storage()), options.once, context);
    return Producer(options, segments, *source, signal_fd).run();
}

}  // namespace

ExitStatus produce(const ProducerOptions& options) {
    return produce_with(open_source, options);
}

ExitStatus produce_with(SourceMaker make, const ProducerOptions& options) {
    const UniqueFd signals = open_signal_fd({SIGTERM, SIGINT});
    Segments segments = Segments::attach(options.segments(), Lineage(options.parent));
    try {
        const ExitStatus status = run(options, segments, signals.get(), make);
        segments.leave();
        return status;
    } catch (const DamagedMemory& damage) {
        segments.refuse_damaged(damage);
    }
}

}  // namespace pipeline
