// SPDX-License-Identifier: Apache-2.0
#include "consumer/consume.hpp"

#include <optional>
#include <utility>

#include "common/core/segments/segments.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/memory/cache_memory.hpp"
#include "common/memory/memory_limit.hpp"
#include "consumer/consumer.hpp"
#include "consumer/make_processor.hpp"
#include "consumer/protocol/isolated_processor.hpp"

namespace pipeline {
namespace {

std::unique_ptr<Processor> make_inside(const ConsumerOptions& options,
                                       std::shared_ptr<const SpoolFolder> spool, ProcessorMaker make) {
    ProcessSpec process = options.process;
    process.max_file_bytes = options.outside.invoice_max_size;
    return make(process, std::move(spool), Patience(Patience::bound_for(options.item_timeout)));
}

ExitStatus run(const ConsumerOptions& options, const Segments& segments, Ledger& ledger,
               ProcessorMaker make) {
    const auto spool = options.process.traits().files != ProcessTraits::Files::None
                           ? open_spool_folder(options.source, SpoolOrigin::of(segments.ring().area()))
                           : nullptr;
    if (const auto outside = make_batch_processor(options, spool)) {
        limit_memory(options.outside.memory_limit);
        const RingArea& ring = segments.ring().area();
        std::shared_ptr<LedgerLookup> booked = make_ledger_lookup(
            options.ledger, segments.source(),
            {ring.ledger_id, ring.header.generation, 0, &segments.storage().area().ledger_files});
        return Consumer(options, segments, *outside, ledger, std::move(booked)).run();
    }
    const auto processor = make_inside(options, spool, make);
    limit_memory(options.outside.memory_limit);
    return Consumer(options, segments, *processor, ledger).run();
}

}  // namespace

ExitStatus consume(const ConsumerOptions& options) {
    return consume_with(make_processor, options);
}

ExitStatus consume_with(ProcessorMaker make, const ConsumerOptions& options) {
    if (options.serve) {
        // Accept any folder (nullopt), and bare inodes as positions (true): the consumer that sends the
        // requests has checked the folder, and checks each file before it sends the request.
        const auto spool = open_spool_folder(options.source, {std::nullopt, true});
        return answer_requests(*make_inside(options, spool, make));
    }
    adopt_cache_memory(static_cast<int>(options.cache_memory));
    Segments segments = Segments::attach(options.segments(), Lineage(options.parent));
    const auto ledger = share_ledger(options.ledger);
    try {
        const ExitStatus status = run(options, segments, *ledger, make);
        segments.leave();
        return status;
    } catch (const DamagedMemory& damage) {
        segments.refuse_damaged(damage);
    }
}

}  // namespace pipeline
