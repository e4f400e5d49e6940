// SPDX-License-Identifier: Apache-2.0
#include "consumer/consume.hpp"

#include <memory>

#include "common/core/segments/segments.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "consumer/consumer.hpp"
#include "consumer/make_batch_processor.hpp"
#include "consumer/make_processor.hpp"
#include "consumer/serve.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {
namespace {

bool reads_files(const ProcessSpec& process) noexcept {
    return process.kind == ProcessSpec::Kind::Ubl || process.is_program();
}

// Allocates the consumer on the heap: it holds the results of a whole batch.
ExitStatus run(const ConsumerOptions& options, const Segments& segments, Ledger& ledger) {
    const auto spool = reads_files(options.process)
                           ? open_spool_folder(options.source, SpoolOrigin::of(segments.ring().area()))
                           : nullptr;
    if (const auto outside = make_batch_processor(options, spool))
        return std::make_unique<Consumer>(options, segments, *outside, ledger)->run();
    const auto processor =
        make_processor(options.process, spool, Patience(Patience::bound_for(options.item_timeout)));
    return std::make_unique<Consumer>(options, segments, *processor, ledger)->run();
}

}  // namespace

ExitStatus consume(const ConsumerOptions& options) {
    if (options.serve) return serve(options);
    Segments segments = Segments::attach(options.name, Lineage(options.parent));
    const auto ledger = share_ledger(options.ledger);
    const ExitStatus status = run(options, segments, *ledger);
    segments.leave();
    return status;
}

}  // namespace pipeline
