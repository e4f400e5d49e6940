// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/generation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/utf8.hpp"
#include "common/ledger/flush.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/segments_ledger.hpp"
#include "common/options/pipeline_options.hpp"
#include "consumer/work/batch.hpp"
#include "observer/audit/audit.hpp"
#include "observer/audit/audit_view.hpp"
#include "observer/screen/screen_picture.hpp"
#include "observer/see/snapshot.hpp"
#include "observer/show/status_json.hpp"
#include "observer/show/status_text.hpp"
#include "producer/open_source.hpp"
#include "producer/resume.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/watch/watch.hpp"

namespace pipeline::test {
namespace {

using std::chrono::nanoseconds;

// Reads of a record what the real one reads.
class ReadingLedger final : public Ledger {
  public:
    void commit(const RecordRange& records, const CommitContext& context) override {
        for (std::size_t i = 0; i < records.size(); ++i) {
            Record& record = records.record(i);
            read(records.id(i));
            read(record.result_in(records.bytes()));
            read(to_text(record.status));
            read_ += static_cast<std::uint64_t>(context.clock.at_us(record.acquired_ns)) + record.position;
            if (record.has_details()) read(records.details(i));
            record.outcome = static_cast<Outcome>(record.status);
        }
    }
    std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }
    [[nodiscard]] std::uint64_t bytes_read() const { return read_; }

  private:
    void read(std::string_view text) {
        std::string buffer;
        for (const char c : readable_utf8(text, buffer)) read_ += static_cast<unsigned char>(c);
    }
    void read(const Details& details) {
        read(details.supplier_text());
        read(details.currency_text());
        read(details.reason_text());
        for (const auto amount : {Details::Net, Details::Tax, Details::Gross, Details::Due}) {
            if (details.has(amount)) read_ += static_cast<std::uint64_t>(details.amounts[amount]);
        }
    }
    std::uint64_t read_ = 0;
};

// One consumer's next step at a place, as a process that has just been started; true if it got on.
bool consume(Ring& ring, Storage& storage, std::size_t place) {
    const Hand hand = ring.hand(place);
    storage.settle();
    hand.take_over({1, 1});
    const HandWord word = hand.word();
    if (word.empty()) return ring.claim(hand, kMaxBatch, nanoseconds(0)) == Ring::ClaimOutcome::Claimed;
    static std::array<Result, kMaxBatch> results;
    static std::array<Finding, kMaxBatch> findings;
    const std::size_t count = word.count - word.done;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t which = word.done + i;
        if (Chances().has_chance(hand, which)) {
            hand.begin_work(word.first, which);
            results[i].set(Status::Booked);
            hand.end_work();
        } else {
            Chances().settle_without_chance(hand, which, results[i]);
        }
        findings[i] = Finding(results[i]);
    }
    return storage.save(hand, std::span(findings).first(count)) != 0;
}

// Acquires two more from where the source goes on; of a source without order, from anywhere.
void produce(Ring& ring, const Storage& storage) {
    const Resume resume = resume_from(ring, storage);
    std::array<Item, 2> items{};
    std::size_t count = items.size();
    if (ring.area().ordered != 0) {
        const auto source =
            open_source(SourceSpec{SourceSpec::Kind::Sequence, {}, std::nullopt}, resume, true);
        count = source->acquire(items);
    } else {
        for (std::size_t i = 0; i < count; ++i) items[i].set_id(fmt::format("more {}", i));
    }
    static_cast<void>(ring.push(std::span(items).first(count)));
    ring.close();
}

bool drain_once(Ring& ring, Storage& storage, Flush& flush) {
    bool got_on = false;
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        if (place <= 1 || !ring.hand(place).empty()) got_on = consume(ring, storage, place) || got_on;
    }
    const std::uint64_t durable = storage.durable();
    static_cast<void>(flush.due_in());
    static_cast<void>(flush.lead(nanoseconds(0)));
    got_on = got_on || storage.durable() != durable;
    if (storage.released() != storage.durable()) {
        storage.release(storage.durable());
        got_on = true;
    }
    return got_on;
}

void supervise(Segments& segments) {
    Options options;
    options.consumers = {2, 2};
    options.source.kind = SourceSpec::Kind::Sequence;
    options.ledger.kind = LedgerSpec::Kind::None;
    const Supervisor supervisor(options, segments, -1, [] { return Options{}; });
    static_cast<void>(supervisor.report().json());
    // It watches before the children have begun.
    Watch watch(segments.ring(), segments.storage(), std::chrono::seconds(30));
    auto now = std::chrono::steady_clock::now();
    for (int i = 0; i < 8; ++i) {
        static_cast<void>(watch.look(now));
        now += watch.tick();
    }
    const std::uint64_t durable = segments.storage().durable();
    Progress::Seen seen;
    seen.done = durable;
    seen.in_flight = segments.in_flight();
    seen.per_second = 1000;
    seen.total = segments.ring().area().expected;
    static_cast<void>(Progress::line(seen));
}

// Two looks, and all that can be shown of them.
void look_in_passing(const Segments& segments) {
    View view;
    view.name = "fuzz";
    const Observation earlier = observe_segments(segments);
    view.now = observe_segments(segments);
    view.recent = Comparison::of(earlier, *view.now);
    view.moved_ns = last_moved_ns(*view.now);
    view.health = Health::of(earlier, *view.now, view.worked_ns);
    static_cast<void>(status_text(view));
    static_cast<void>(status_line(view));
    static_cast<void>(status_json(view));
    static_cast<void>(draw_screen(view, {}, {24, 80}));
}

}  // namespace

void look_at(const Segments& segments) {
    const std::string ledger = ledger_of(segments).text();
    const std::uint64_t durable = segments.storage().durable();
    const AuditSubject subject{"fuzz", ledger, take_snapshot(segments)};
    for (const auto& sight : {std::optional<LedgerSight>(), std::optional(LedgerSight{{}, durable})}) {
        const Audit audit = make_audit(subject.snapshot, sight, durable);
        static_cast<void>(audit_text(subject, audit));
        static_cast<void>(audit_json(subject, audit));
    }
    look_in_passing(segments);
}

void adopt_and_drain(Segments& segments) {
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    ReadingLedger ledger;
    MetricsArea& metrics = segments.metrics();
    Flush flush(ring, storage, {metrics.until_durable, metrics.ledger}, ledger, segments.source(),
                FlushPolicy{});
    ring.reopen();
    supervise(segments);
    produce(ring, storage);
    // Every round moves an item on, and an item moves four times.
    const std::uint64_t most = 4 * (segments.in_flight() + kMaxPlaces * kMaxBatch) + 4;
    std::uint64_t rounds = 0;
    while (drain_once(ring, storage, flush)) {
        if (++rounds > most) {
            fmt::print(stderr, "no end of work after {} rounds\n", rounds);
            std::abort();
        }
    }
    if (segments.in_flight() != 0) {
        fmt::print(stderr, "{} items of segments that were found sound cannot be drained\n",
                   segments.in_flight());
        std::abort();
    }
}

}  // namespace pipeline::test
