// SPDX-License-Identifier: Apache-2.0
#include "producer/produce.hpp"

#include <signal.h>

#include <algorithm>
#include <memory>

#include "common/base/output.hpp"
#include "common/base/printable.hpp"
#include "common/core/segments/segments.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/memory/cache_memory.hpp"
#include "common/os/signals.hpp"
#include "producer/again/in_flight_again.hpp"
#include "producer/again/second_chances.hpp"
#include "producer/again/source_hold.hpp"
#include "producer/kept_mark.hpp"
#include "producer/living_consumers.hpp"
#include "producer/open_source.hpp"
#include "producer/producer.hpp"
#include "producer/resume.hpp"

namespace pipeline {

namespace {

bool is_shared(const SourceSpec& source) noexcept {
    return source.traits().input == SourceTraits::Input::StandardInput;
}

// The ids on standard input may be meant for another program the next time.
TakerScope scope_of(const SourceSpec& source, const Segments& segments) {
    TakerScope scope{segments.source(), {}};
    // A source that is begun anew gives its waiting invoices itself.
    if (is_shared(source) || segments.ring().area().from_start != 0)
        scope.generation = segments.ring().area().header.generation;
    return scope;
}

// The most bytes of one item: those of an adopted ring may be fewer than this run's options ask for.
std::uint64_t most_item_bytes(const Segments& segments) noexcept {
    return most_with_capacity(segments.ring().bytes().capacity());
}

SecondChances::Plan plan_of(const SourceSpec& source, const Segments& segments) {
    SecondChances::Plan plan;
    plan.most_bytes = most_item_bytes(segments);
    // Several pipelines may take from the same queue.
    plan.is_exclusive = !is_shared(source) && !source.traits().gives_again();
    return plan;
}

ExitStatus run(const ProducerOptions& options, const Segments& segments, int signal_fd, SourceMaker make) {
    SourceContext context;
    context.report = std::make_shared<SourceReport>(segments.metrics().source);
    context.spool = options.spool;
    context.every = options.every;
    context.batch_max = options.batch_max;
    context.end_patience = std::min(context.end_patience, options.drain_timeout / 4);
    // A body needs room in the ring, and in the storage too if its invoice is not booked. Adopted segments
    // may have less of it than this run's options ask for.
    const std::uint64_t most_stored = most_with_capacity(segments.storage().bytes().capacity());
    context.body_max =
        std::min<std::uint64_t>({options.body_max, most_item_bytes(segments) - kMaxIdBytes,
                                 most_stored - std::min(most_stored, Storage::kMostBesideBody)});
    const RingArea& ring = segments.ring().area();
    const KnownLedger known{ring.ledger_id, ring.header.generation, 0,
                            &segments.storage().area().ledger_files};
    context.ledger = make_ledger_lookup(parse_ledger(segments.ledger()), segments.source(), known);
    context.work_table = [ledger = parse_ledger(segments.ledger())](const TableName& table) {
        return make_work_table(ledger, table);
    };
    context.progress = [ring = segments.ring(), storage = segments.storage()] {
        return WorkProgress{ring.tail(), storage.tail(), consumers_in(ring)};
    };
    if (!options.source.traits().is_ordered) context.mark = kept_mark(segments.ring());
    const auto again = in_flight_again(segments.ring(), segments.storage());
    Resume resume = resume_from(segments.ring(), segments.storage());
    for (const TakenRow& row : again) resume.given_again.emplace(row.earlier.position, hash_of(row.id));
    const auto source = make(options.source, resume, options.once, context);
    SecondChances second_chances(
        make_ledger_taker(parse_ledger(segments.ledger()), scope_of(options.source, segments),
                          [known, storage = segments.storage()] {
                              KnownLedger present = known;
                              present.durable = storage.durable();
                              return present;
                          }),
        again, plan_of(options.source, segments));
    SourceHold hold(segments.ring().area().hold, options.hold_for, context.report);
    return Producer(options, segments, *source, second_chances, hold, signal_fd).run();
}

// Prints what a look at the source has found. The supervisor reads it, and the status.
ExitStatus probe(const ProducerOptions& options) {
    try {
        print_output(safe_line(probe_source(options.source, options.ledger)) + "\n");
        return ExitStatus::Drained;
    } catch (const Failure& failure) {
        print_output(safe_line(failure.what()) + "\n");
        return failure.status();
    }
}

}  // namespace

ExitStatus produce(const ProducerOptions& options) {
    if (options.probe) return probe(options);
    return produce_with(open_source, options);
}

ExitStatus produce_with(SourceMaker make, const ProducerOptions& options) {
    const UniqueFd signals = open_signal_fd({SIGTERM, SIGINT});
    adopt_cache_memory(static_cast<int>(options.cache_memory));
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
