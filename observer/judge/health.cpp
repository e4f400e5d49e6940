// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/plural.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;

// The supervisor replaces a dead process within a second. A process that stays dead for longer was not
// replaced.
constexpr std::uint64_t kReplacedNs = 1'000'000'000;

std::uint64_t since(std::uint64_t then_ns, const Observation& now) noexcept {
    return now.at_ns > then_ns ? now.at_ns - then_ns : 0;
}

bool has_lasted(std::uint64_t ns) noexcept {
    return nanoseconds(ns) >= Health::kPatience;
}

std::string seconds(std::uint64_t ns) {
    return fmt::format("{} s", ns / 1'000'000'000);
}

template <class Process>
bool has_stayed(ProcessState state, const Process& earlier, const Process& now) noexcept {
    return now.state == state && earlier.state == state && now.pid == earlier.pid;
}

// A child of the supervisor, as each of two observations shows it.
struct Twice {
    std::string name;
    const ProcessObservation* earlier;
    const ProcessObservation* now;
    bool is_waited_for;
};

std::vector<Twice> children_of(const Observation& earlier, const Observation& now) {
    std::vector<Twice> all{{"the producer", &earlier.producer, &now.producer, true}};
    for (const ConsumerObservation& consumer : now.consumers) {
        const auto same = std::find_if(
            earlier.consumers.begin(), earlier.consumers.end(),
            [&consumer](const ConsumerObservation& each) { return each.place == consumer.place; });
        if (same != earlier.consumers.end())
            all.push_back(
                {fmt::format("consumer {}", consumer.place), &*same, &consumer, consumer.in_hand != 0});
    }
    return all;
}

Health stopped_process(const std::string& name, std::uint32_t pid) {
    return Health::bad(HealthState::ProcessStopped,
                       fmt::format("{} (pid {}) is stopped: let it go on (SIGCONT)", name, pid));
}

Health health_of_processes(const Observation& earlier, const Observation& now) {
    if (now.supervisor.state == ProcessState::Dead)
        return Health::bad(HealthState::ProcessDead,
                           fmt::format("the supervisor (pid {}) is dead: its children drain by themselves",
                                       now.supervisor.pid));
    if (now.at_ns < earlier.at_ns + kReplacedNs) return {};
    const std::vector<Twice> children = children_of(earlier, now);
    for (const Twice& child : children) {
        if (has_stayed(ProcessState::Dead, *child.earlier, *child.now))
            return Health::bad(HealthState::ProcessDead,
                               fmt::format("{} (pid {}) is dead", child.name, child.now->pid));
    }
    if (has_stayed(ProcessState::Stopped, earlier.supervisor, now.supervisor))
        return stopped_process("the supervisor", now.supervisor.pid);
    for (const Twice& child : children) {
        if (child.is_waited_for && has_stayed(ProcessState::Stopped, *child.earlier, *child.now))
            return stopped_process(child.name, child.now->pid);
    }
    return {};
}

Health health_of_ledger(const Observation& now) {
    const LedgerCondition& ledger = now.ledger_condition;
    // Failing commits count as a fault only if results wait or the pipeline drains. Otherwise only the
    // source's cursor is unwritten, and it can wait for the next result.
    const bool is_draining = now.state == PipelineState::Draining;
    const bool is_failing = ledger.failing_since_ns != 0 && (ledger.unstored_since_ns || is_draining);
    if (is_failing && has_lasted(since(ledger.failing_since_ns, now))) {
        return Health::bad(HealthState::LedgerFails,
                           fmt::format("nothing has been stored for {}, with {} waiting: {}",
                                       seconds(since(ledger.failing_since_ns, now)),
                                       counted(now.in_storage(), "result"), ledger.error));
    }
    if (!ledger.unstored_since_ns) return {};
    // A long --flush-interval lets results wait for longer than kPatience.
    const nanoseconds patience = std::max<nanoseconds>(
        Health::kPatience, nanoseconds(ledger.flush_interval_ns) + Health::kPatience / 2);
    const std::uint64_t unstored_ns = since(*ledger.unstored_since_ns, now);
    if (nanoseconds(unstored_ns) < patience) return {};
    return Health::bad(
        HealthState::NotStored,
        fmt::format("nothing has been stored for {}, with {} waiting: {}", seconds(unstored_ns),
                    counted(now.in_storage(), "result"),
                    is_failing ? ledger.error
                               : "no commit has ended; see whether the ledger's disk answers, and what the "
                                 "consumers do"));
}

// True if the consumer has an invoice, and lives or may live. A consumer in another pid namespace may live as
// long as any process of its generation does.
bool is_at_work(const ConsumerObservation& consumer, PipelineState state) noexcept {
    const bool may_be = consumer.state == ProcessState::Unknown && state != PipelineState::Unknown;
    return (consumer.state == ProcessState::Running || may_be) && consumer.invoice.has_value();
}

// Finds a standstill: invoices wait in ring or hands, and nobody works on one. Results in the storage do not
// count, since they wait for the ledger.
Health health_of_movement(const Observation& now, std::uint64_t worked_ns) {
    const std::uint64_t waiting = now.flow().in_ring + now.flow().in_hands;
    const std::uint64_t still_ns = since(std::max(worked_ns, now.oldest_unsaved_ns.value_or(0)), now);
    const bool at_work =
        std::any_of(now.consumers.begin(), now.consumers.end(),
                    [&now](const ConsumerObservation& each) { return is_at_work(each, now.state); });
    if (waiting == 0 || at_work || !has_lasted(still_ns)) return {};
    return Health::bad(HealthState::Standstill,
                       fmt::format("nothing has been processed for {}, with {} waiting", seconds(still_ns),
                                   counted(waiting, "invoice")));
}

Health health_of_source(const Observation& now) {
    const SourceCondition& source = now.source_condition;
    const auto bad = [&](HealthState state, std::string_view otherwise) {
        return Health::bad(state, source.sentence.empty() ? std::string(otherwise) : source.sentence);
    };
    switch (source.state) {
        case SourceState::Fine:
            break;
        case SourceState::Gone:
            return bad(HealthState::SourceGone, "the source is gone");
        case SourceState::Replaced:
            return bad(HealthState::SourceReplaced, "the source was replaced by another one");
        case SourceState::CannotMove:
            return bad(HealthState::CannotMove, "files that are in the ledger cannot be moved");
        case SourceState::NothingIsTaken:
            return bad(HealthState::NothingIsTaken, "files lie in the source and none can be taken");
        case SourceState::Unreadable:
            // Wait before reporting this: the producer retries, and most errors pass.
            if (has_lasted(since(source.since_ns, now)))
                return bad(HealthState::SourceUnreadable, "the source cannot be read");
            break;
        case SourceState::Held:
            return bad(HealthState::SourceHeld, "the source is held, because attempt after attempt fails");
    }
    return {};
}

Health health_of_outcomes(const Observation& now) {
    if (now.failed_in_a_row < Health::kAllFail) return {};
    return Health::bad(HealthState::AllFail,
                       fmt::format("all of the last {} invoices failed: the log and the ledger say why",
                                   now.failed_in_a_row));
}

Health health_of_pause(const Observation& now) {
    if (!now.is_paused || now.state == PipelineState::Draining) return {};
    return Health::bad(HealthState::Paused,
                       "the source is paused: nothing is taken until the supervisor gets SIGUSR2");
}

}  // namespace

Health Health::of(const Observation& earlier, const Observation& now, std::uint64_t worked_ns) {
    switch (now.state) {
        case PipelineState::Stopped:
            return bad(HealthState::Stopped,
                       "every process is stopped: nothing moves until they go on (SIGCONT)");
        case PipelineState::Dead:
            return bad(HealthState::Dead, "every process is dead: the next start of the supervisor goes on");
        case PipelineState::Finished:
            return bad(HealthState::Finished, "it has finished");
        case PipelineState::Starting:
        case PipelineState::Running:
        case PipelineState::Draining:
        case PipelineState::Unknown:
            break;
    }
    const std::uint64_t moved_ns = std::max(worked_ns, now.last_acquired_ns);
    if (now.state == PipelineState::Unknown && has_lasted(since(moved_ns, now)))
        return bad(HealthState::Unknown,
                   "its processes belong to another pid namespace, and nothing moves that would show that "
                   "they live: look from there");
    Health health = health_of_processes(earlier, now);
    if (health.is_good) health = health_of_ledger(now);
    if (health.is_good) health = health_of_movement(now, worked_ns);
    if (health.is_good) health = health_of_source(now);
    if (health.is_good) health = health_of_outcomes(now);
    if (health.is_good) health = health_of_pause(now);
    return health;
}

std::string_view to_text(HealthState state) noexcept {
    switch (state) {
        case HealthState::Absent:
            return "absent";
        case HealthState::Finished:
            return "finished";
        case HealthState::Dead:
            return "dead";
        case HealthState::Stopped:
            return "stopped";
        case HealthState::Unknown:
            return "unknown";
        case HealthState::ProcessDead:
            return "process_dead";
        case HealthState::ProcessStopped:
            return "process_stopped";
        case HealthState::LedgerFails:
            return "ledger_fails";
        case HealthState::NotStored:
            return "not_stored";
        case HealthState::Standstill:
            return "standstill";
        case HealthState::SourceGone:
            return "source_gone";
        case HealthState::SourceReplaced:
            return "source_replaced";
        case HealthState::SourceUnreadable:
            return "source_unreadable";
        case HealthState::SourceHeld:
            return "source_held";
        case HealthState::CannotMove:
            return "cannot_move";
        case HealthState::NothingIsTaken:
            return "nothing_is_taken";
        case HealthState::AllFail:
            return "all_fail";
        case HealthState::Paused:
            return "paused";
        case HealthState::Fine:
            break;
    }
    return "fine";
}

}  // namespace pipeline
