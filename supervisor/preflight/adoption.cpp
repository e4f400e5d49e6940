// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/adoption.hpp"

#include <fmt/format.h>

#include <optional>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/core/segments/old_segments.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/shm/segment_path.hpp"
#include "supervisor/preflight/left_segments.hpp"

namespace pipeline {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTryAgain{20};

// Waits until no process of the segments' generation is left, and then holds the generation lock exclusively.
template <class Left>
void wait_for_generation(Left& segments, const AdoptionRequest& request) {
    const auto deadline = steady_clock::now() + request.patience;
    bool told = false;
    while (!segments.lock_exclusively()) {
        if (!told) log(LogLevel::Notice, "waiting for the processes of an earlier supervisor to finish");
        told = true;
        if (request.interrupted() || steady_clock::now() >= deadline) {
            throw Failure(
                ExitStatus::NotDrained,
                fmt::format("processes of an earlier supervisor named '{}' are still draining; start "
                            "again when they are gone, or give a longer --drain-timeout",
                            request.name));
        }
        std::this_thread::sleep_for(kTryAgain);
    }
}

// True if the plan's source is a spool whose path now leads to another folder than when the segments were
// created. Inode and birth time tell folders apart. A remount may change the device number, so the device
// number counts only if there are no birth times.
bool are_of_another_folder(const Segments& segments, const SegmentsPlan& plan) {
    const FileIdentity& left = segments.ring().area().source_file;
    const FileIdentity& wanted = plan.source_file;
    if (plan.ordered || left == FileIdentity{} || wanted == FileIdentity{}) return false;
    if (left.inode != wanted.inode || left.birth_ns != wanted.birth_ns) return true;
    return left.device != wanted.device && left.birth_ns == 0;
}

// True if new segments may replace these: all acquired invoices are in the ledger, and the plan's source
// waits for no receipt. Receipts for another source, folder or ledger may be lost: when that source is used
// again, it gives those invoices again, and its ledger recognises them.
bool are_done_with(const Segments& segments, const SegmentsPlan& plan) {
    if (segments.in_flight() != 0) return false;
    return segments.storage().released() == segments.ring().tail() || segments.source() != plan.source ||
           segments.ledger() != plan.ledger || are_of_another_folder(segments, plan);
}

void require_same(const std::string& what, const std::string& option, const std::string& left,
                  const std::string& wanted, const Segments& segments, const std::string& name) {
    if (left == wanted) return;
    const auto them = verb(segments.in_flight(), "it", "them");
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("{}.ring holds {} of {} '{}', not of '{}'; finish {} with {} {}, give {} up with "
                    "clerk discard --name {}, or choose another --name",
                    segments.path(), counted(segments.in_flight(), "unfinished invoice"), what,
                    printable(left), printable(wanted), them, option, printable(left), them, name));
}

// Refuses a spool whose path now leads to another folder than the one that the segments' invoices came from:
// the files of these invoices are not there.
void require_same_folder(const Segments& segments, const AdoptionRequest& request) {
    if (!are_of_another_folder(segments, request.plan)) return;
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("{}.ring holds {} unfinished invoices of another folder than '{}' is now (renamed, "
                    "a link changed, or a file system mounted over it); put that one back, or remove "
                    "{}.*: what is not in the ledger lies in that folder still",
                    segments.path(), segments.in_flight(), segments.source(), segments.path()));
}

// True if the plan's list is the file that the segments were made for, even under another path. Returns false
// if the file has no birth time: an equal inode alone proves nothing, since a new file may reuse it.
bool is_same_list(const Segments& segments, const SegmentsPlan& plan) {
    const FileIdentity& left = segments.ring().area().source_file;
    if (!plan.ordered || plan.source_file.birth_ns == 0 || left != plan.source_file) return false;
    if (segments.source() != plan.source) {
        log(LogLevel::Notice, "{} is the list that was read as {}: it goes on under that name", plan.source,
            segments.source());
    }
    return true;
}

// Refuses --from-start if the unfinished work began without it. Accepts it if the work began with it, so that
// the same command can be repeated after a kill.
void require_begun_alike(const Segments& segments, const AdoptionRequest& request) {
    if (!request.plan.from_start || segments.ring().area().from_start != 0) return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("{}.ring holds {} unfinished invoices; finish them first, without "
                              "--from-start, or choose another --name",
                              segments.path(), segments.in_flight()));
}

std::unique_ptr<Ledger> open_known(const Segments& segments, const AdoptionRequest& request) {
    const RingArea& ring = segments.ring().area();
    const Storage storage = segments.storage();
    const KnownLedger known{ring.ledger_id, ring.header.generation, storage.durable(),
                            &storage.area().ledger_files};
    try {
        return request.known_ledger(known);
    } catch (const WrongLedger& wrong) {
        throw Failure(
            ExitStatus::Configuration,
            fmt::format("{}.ring says that {} of its invoices are in the ledger '{}', but {}; put "
                        "back the file that they were written to, or remove {}.* and let the source "
                        "give again what the ledger lacks",
                        segments.path(), known.durable, segments.ledger(), wrong.what(), segments.path()));
    }
}

// Refuses a ledger or segments that were put back from an older copy. An older ledger lacks invoices that no
// source would give again. Older segments would write other records under numbers that the ledger already
// has.
void require_written_here(const Segments& segments, const AdoptionRequest& request) {
    const Storage storage = segments.storage();
    const std::uint64_t durable = storage.durable();
    const auto last = open_known(segments, request)->last_commit(segments.ring().area().header.generation);
    if (!last) return;
    const RecordRange waiting = storage.range(durable, storage.tail() - durable);
    switch (continue_after(*last, waiting)) {
        case Continuation::Follows:
        case Continuation::Redoes:
        case Continuation::Unchecked:
            return;
        case Continuation::Lacks:  // cannot happen: open_known() has refused such a ledger already
        case Continuation::Differs:
            break;
    }
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("{}.storage has {} results that are not in the ledger '{}', whose last commit, "
                    "up to result {}, was not of these: one of the two is a copy of another moment; put back "
                    "what belongs together, or remove {}.* and let the source give again what the "
                    "ledger lacks",
                    segments.path(), waiting.size(), segments.ledger(), last->recorded, segments.path()));
}

void tell_of(const Segments& segments) {
    if (const std::uint64_t in_flight = segments.in_flight(); in_flight != 0) {
        log(LogLevel::Notice, "adopting {}", counted(in_flight, "unfinished invoice"));
    } else {
        log(LogLevel::Notice, "adopting {} that the source has not been given",
            counted(segments.ring().tail() - segments.storage().released(), "receipt"));
    }
}

void tell_of_kept_place(const Segments& segments, const AdoptionRequest& request) {
    if (segments.name() == request.segments) return;
    log(LogLevel::Notice,
        "an earlier start has left its segments in {}: they stay there until they are drained, and the next "
        "start makes new ones in {}",
        segment_directory(segments.name()), segment_directory(request.segments));
}

void warn_of_kept_sizes(const Segments& segments, const SegmentsPlan& plan) {
    const auto ring = segments.ring();
    const auto storage = segments.storage();
    if (Capacity(ring.capacity(), ring.bytes().capacity()) == plan.ring_capacity &&
        Capacity(storage.capacity(), storage.bytes().capacity()) == plan.storage_capacity)
        return;
    log(LogLevel::Warning,
        "adopted segments keep their sizes until the next clean start: --ring-capacity {}, "
        "--storage-capacity {}, --body-capacity {}KiB, --result-capacity {}KiB",
        ring.capacity(), storage.capacity(), ring.bytes().capacity() >> 10U,
        storage.bytes().capacity() >> 10U);
}

// The segments that an earlier generation has left: checked, in the present layout, and used by no other
// process. If they were converted from an older layout (`old`), they have no names yet (see upgrade()).
struct Leftover {
    Segments segments;
    std::optional<OldSegments> old;
};

std::optional<Leftover> find_leftover(const AdoptionRequest& request) {
    while (true) {
        const std::string& name = name_of_left(request.segments, request.elsewhere);
        auto old = OldSegments::open(name);
        if (old) {
            wait_for_generation(*old, request);
            if (!old->are_current()) continue;  // the last process of the generation has removed them
            Segments converted = old->convert();
            converted.check_contents();
            return Leftover{std::move(converted), std::move(old)};
        }
        auto segments = Segments::open(name);
        if (!segments) {
            Segments::remove_storage_without_ring(name);
            if (name == request.segments) return std::nullopt;
            continue;
        }
        wait_for_generation(*segments, request);
        if (!segments->are_current()) continue;
        segments->check_contents();
        return Leftover{std::move(*segments), std::nullopt};
    }
}

// Completes segments that were converted from an older layout: adds the ledger's id, which that layout lacks,
// and gives them the names of the old segments.
void upgrade(Segments& segments, const AdoptionRequest& request) {
    segments.set_ledger_id(open_known(segments, request)->id());
    segments.replace();
    log(LogLevel::Notice, "taking over what version 0.1.0 of this program has left in {}.*", segments.path());
}

// Refuses segments that do not belong to what the request names.
void require_fitting(const Segments& segments, const AdoptionRequest& request) {
    if (!is_same_list(segments, request.plan))
        require_same("source", "--source", segments.source(), request.plan.source, segments, request.name);
    require_same("ledger", "--ledger", segments.ledger(), request.plan.ledger, segments, request.name);
    require_same_folder(segments, request);
    require_written_here(segments, request);
    require_begun_alike(segments, request);
}

Segments adopt(Leftover leftover, const AdoptionRequest& request) {
    Segments& segments = leftover.segments;
    require_fitting(segments, request);
    warn_of_kept_sizes(segments, request.plan);
    tell_of_kept_place(segments, request);
    // The identity of a spool's folder is always renewed. The identity of a list's file is kept, unless it is
    // missing because the segments were converted from an older layout.
    if (!request.plan.ordered || segments.ring().area().source_file == FileIdentity{})
        segments.set_source_file(request.plan.source_file);
    if (leftover.old) upgrade(segments, request);
    segments.take_over();
    segments.ring().reopen();
    // Turn the exclusive lock into a shared one. Meanwhile the name lock keeps other supervisors out.
    if (!segments.lock_shared()) throw Failure(ExitStatus::Internal, "the generation lock was lost");
    tell_of(segments);
    return std::move(segments);
}

}  // namespace

LeftBehind look_at_leftovers(const AdoptionRequest& request) {
    const std::string& name = name_of_left(request.segments, request.elsewhere);
    if (OldSegments::open(name)) return {LeftBehind::State::Old, 0};
    auto segments = Segments::open(name);
    if (!segments) return {LeftBehind::State::None, 0};
    if (!segments->lock_exclusively()) return {LeftBehind::State::InUse, 0};
    segments->check_contents();
    if (are_done_with(*segments, request.plan)) return {LeftBehind::State::None, 0};
    require_fitting(*segments, request);
    return {LeftBehind::State::Fitting, segments->in_flight()};
}

Segments make_or_adopt(const AdoptionRequest& request) {
    if (auto leftover = find_leftover(request)) {
        if (!are_done_with(leftover->segments, request.plan)) return adopt(std::move(*leftover), request);
        leftover->segments.unlink();
    }
    SegmentsPlan plan = request.plan;
    request.complete(plan);
    return Segments::create(request.segments, plan);
}

}  // namespace pipeline
