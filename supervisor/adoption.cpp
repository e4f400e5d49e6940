// SPDX-License-Identifier: Apache-2.0
#include "supervisor/adoption.hpp"

#include <fmt/format.h>

#include <optional>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/core/segments/old_segments.hpp"

namespace pipeline {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTryAgain{20};

// Waits until no process of the segments' generation is left.
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
// created. A file system that is mounted again may have another device number.
bool are_of_another_folder(const Segments& segments, const SegmentsPlan& plan) {
    const FileIdentity& left = segments.ring().area().source_file;
    const FileIdentity& wanted = plan.source_file;
    if (plan.ordered || left == FileIdentity{} || wanted == FileIdentity{}) return false;
    if (left.inode != wanted.inode || left.birth_ns != wanted.birth_ns) return true;
    return left.device != wanted.device && left.birth_ns == 0;
}

// True if new segments may replace these: all acquired invoices are in the ledger. Due receipts are no reason
// to refuse another source or ledger. A start with the same ones gives them; otherwise the source gives those
// invoices again, and its ledger recognises them.
bool are_done_with(const Segments& segments, const SegmentsPlan& plan) {
    if (segments.in_flight() != 0) return false;
    return segments.storage().released() == segments.ring().tail() || segments.source() != plan.source ||
           segments.ledger() != plan.ledger || are_of_another_folder(segments, plan);
}

void require_same(const std::string& what, const std::string& option, const std::string& left,
                  const std::string& wanted, const AdoptionRequest& request, std::uint64_t in_flight) {
    if (left == wanted) return;
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("/dev/shm/{}.ring holds {} of {} '{}', not of '{}'; finish {} with {} {}, or choose "
                    "another --name",
                    request.name, counted(in_flight, "unfinished invoice"), what, printable(left),
                    printable(wanted), verb(in_flight, "it", "them"), option, printable(left)));
}

// The segments' invoices came from a folder that has moved: their files are not in the present one.
void require_same_folder(const Segments& segments, const AdoptionRequest& request) {
    if (!are_of_another_folder(segments, request.plan)) return;
    throw Failure(
        ExitStatus::Configuration,
        fmt::format(
            "/dev/shm/{}.ring holds {} unfinished invoices of another folder than '{}' is now (renamed, "
            "a link changed, or a file system mounted over it); put that one back, or remove "
            "/dev/shm/{}.*: what is not in the ledger lies in that folder still",
            request.name, segments.in_flight(), segments.source(), request.name));
}

// A list's identity is its file, not its path. Without a birth time, a new file may have an old one's inode.
bool is_same_list(const Segments& segments, const SegmentsPlan& plan) {
    const FileIdentity& left = segments.ring().area().source_file;
    if (!plan.ordered || plan.source_file.birth_ns == 0 || left != plan.source_file) return false;
    if (segments.source() != plan.source) {
        log(LogLevel::Notice, "{} is the list that was read as {}: it goes on under that name", plan.source,
            segments.source());
    }
    return true;
}

// A fresh start must not adopt unfinished work. The same command may, when it is repeated after a kill.
void require_begun_alike(const Segments& segments, const AdoptionRequest& request, std::uint64_t in_flight) {
    if (!request.plan.from_start || segments.ring().area().from_start != 0) return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("/dev/shm/{}.ring holds {} unfinished invoices; finish them first, without "
                              "--from-start, or choose another --name",
                              request.name, in_flight));
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
            fmt::format("/dev/shm/{}.ring says that {} of its invoices are in the ledger '{}', but {}; put "
                        "back the file that they were written to, or remove /dev/shm/{}.* and let the source "
                        "give again what the ledger lacks",
                        request.name, known.durable, segments.ledger(), wrong.what(), request.name));
    }
}

// Detects an older copy of the ledger or of the segments. Nobody would acquire again what an older ledger
// lacks. Older segments would give again something else than the ledger has received since.
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
        case Continuation::Lacks:  // was refused when the ledger was opened
        case Continuation::Differs:
            break;
    }
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("/dev/shm/{}.storage has {} results that are not in the ledger '{}', whose last commit, "
                    "up to result {}, was not of these: one of the two is a copy of another moment; put back "
                    "what belongs together, or remove /dev/shm/{}.* and let the source give again what the "
                    "ledger lacks",
                    request.name, waiting.size(), segments.ledger(), last->recorded, request.name));
}

void tell_of(const Segments& segments) {
    if (const std::uint64_t in_flight = segments.in_flight(); in_flight != 0) {
        log(LogLevel::Notice, "adopting {}", counted(in_flight, "unfinished invoice"));
    } else {
        log(LogLevel::Notice, "adopting {} that the source has not been given",
            counted(segments.ring().tail() - segments.storage().released(), "receipt"));
    }
}

void warn_of_kept_sizes(const Segments& segments, const SegmentsPlan& plan) {
    const auto ring = segments.ring().capacity();
    const auto storage = segments.storage().capacity();
    if (ring == plan.ring_capacity && storage == plan.storage_capacity) return;
    log(LogLevel::Warning,
        "adopted segments keep their sizes until the next clean start: --ring-capacity {}, "
        "--storage-capacity {}",
        ring, storage);
}

// The segments of an earlier generation once none of its processes is left: checked, in the present layout.
// Converted from an older layout, they have no names yet.
struct Leftover {
    Segments segments;
    std::optional<OldSegments> old;
};

std::optional<Leftover> find_leftover(const AdoptionRequest& request) {
    while (true) {
        auto old = OldSegments::open(request.name);
        if (old) {
            wait_for_generation(*old, request);
            if (!old->are_current()) continue;  // its last process has just removed them
            Segments converted = old->convert();
            converted.check_contents();
            return Leftover{std::move(converted), std::move(old)};
        }
        auto segments = Segments::open(request.name);
        if (!segments) return std::nullopt;
        wait_for_generation(*segments, request);
        if (!segments->are_current()) continue;
        segments->check_contents();
        return Leftover{std::move(*segments), std::nullopt};
    }
}

// Adds to converted segments what the old layout had no words for, and gives them the names.
void upgrade(Segments& segments, const AdoptionRequest& request) {
    segments.ring().area().ledger_id = open_known(segments, request)->id();
    segments.replace();
    log(LogLevel::Notice, "taking over what version 0.1.0 of this program has left in /dev/shm/{}.*",
        request.name);
}

Segments adopt(Leftover leftover, const AdoptionRequest& request) {
    Segments& segments = leftover.segments;
    const std::uint64_t in_flight = segments.in_flight();
    if (!is_same_list(segments, request.plan))
        require_same("source", "--source", segments.source(), request.plan.source, request, in_flight);
    require_same("ledger", "--ledger", segments.ledger(), request.plan.ledger, request, in_flight);
    require_same_folder(segments, request);
    require_written_here(segments, request);
    require_begun_alike(segments, request, in_flight);
    warn_of_kept_sizes(segments, request.plan);
    // Converted segments do not know the file of their list yet.
    FileIdentity& source_file = segments.ring().area().source_file;
    if (!request.plan.ordered || source_file == FileIdentity{}) source_file = request.plan.source_file;
    if (leftover.old) upgrade(segments, request);
    segments.take_over();
    segments.ring().reopen();
    // From exclusive to shared. The name lock keeps other supervisors out meanwhile.
    if (!segments.lock_shared()) throw Failure(ExitStatus::Internal, "the generation lock was lost");
    tell_of(segments);
    return std::move(segments);
}

}  // namespace

Segments make_or_adopt(const AdoptionRequest& request) {
    if (auto leftover = find_leftover(request)) {
        if (!are_done_with(leftover->segments, request.plan)) return adopt(std::move(*leftover), request);
        leftover->segments.unlink();
    }
    Segments::remove_storage_without_ring(request.name);
    SegmentsPlan plan = request.plan;
    request.complete(plan);
    return Segments::create(request.name, plan);
}

}  // namespace pipeline
