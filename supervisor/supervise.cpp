// SPDX-License-Identifier: Apache-2.0
#include "supervisor/supervise.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/log.hpp"
#include "common/base/output.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/os/journal.hpp"
#include "common/os/signals.hpp"
#include "common/shm/name_lock.hpp"
#include "common/shm/segment_path.hpp"
#include "supervisor/preflight/adoption.hpp"
#include "supervisor/preflight/left_segments.hpp"
#include "supervisor/preflight/preflight.hpp"
#include "supervisor/report/closing.hpp"
#include "supervisor/report/opening.hpp"
#include "supervisor/report/summary.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/systemd/notify.hpp"

namespace pipeline {
namespace {

// The longest time until the children of a dead supervisor notice its death; then they drain within
// --drain-timeout.
constexpr std::chrono::seconds kOrphansNotice{5};
// The longest time for the rest of a start, once the dead supervisor's children are gone: allocating the
// segments, recovering the ledger, starting new children.
constexpr std::chrono::seconds kLimitOfStart{60};

constexpr std::chrono::seconds kReport{1};

// Prints the report. If that fails, only logs it: the exit status describes the invoices, not the report.
void print_report(const Report& report, ReportFormat format) noexcept {
    try {
        print_output(format == ReportFormat::Json ? report.json() + "\n" : report.text(), kReport);
    } catch (const std::exception& exception) {
        log(LogLevel::Warning, "the report is lost: {}", exception.what());
    }
}

// If programs read the log, logs the report for them. People read the report on standard output.
void log_report(const Report& report, ExitStatus status, const Options& options) {
    if (!log_is_for_programs()) return;
    const auto& [booked, rejected, failed, duplicates, each_wait, given_again] = report.outcomes;
    log_event(
        LogLevel::Info,
        fmt::format("{}: {} acquired, {} booked, {} rejected, {} failed, {} waiting, {} duplicates, {} in "
                    "flight",
                    report.in_flight() == 0 ? "drained" : "not drained", report.invoices(), booked, rejected,
                    failed, report.waiting, duplicates, report.in_flight()),
        {{"event", report.in_flight() == 0 ? "drained" : "not-drained"},
         {"name", options.name},
         {"exit_status", to_int(status)},
         {"acquired", report.invoices()},
         {"booked", booked},
         {"rejected", rejected},
         {"failed", failed},
         {"waiting", report.waiting},
         {"given_again", given_again},
         {"duplicates", duplicates},
         {"in_flight", report.in_flight()}});
}

void say(const std::string& line) {
    if (!line.empty()) log(LogLevel::Notice, "{}", line);
}

// In a run that ends by itself (--once), logs how many invoices have failed. If all have failed, logs an
// error: then the command itself is probably wrong.
void tell_of_failures(const Report& report, const Options& options) {
    const std::uint64_t failed = report.outcomes.failed;
    if (!options.once || failed == 0) return;
    log(failed == report.ended() ? LogLevel::Error : LogLevel::Warning, "{}", failures_line(report));
}

// Makes the ledger one file again: the last process that closes it moves the rest of its log into it and
// removes the log, but two processes that close it at once leave that to each other. All children have ended
// now. If this fails, nothing is lost, since the log stays a part of the ledger.
void empty_log(const Options& options, const Segments& segments) {
    std::error_code error;
    if (!options.ledger.has_file() || !std::filesystem::exists(options.ledger.path.string() + "-wal", error))
        return;
    const RingArea& ring = segments.ring().area();
    const Storage storage = segments.storage();
    const KnownLedger known{ring.ledger_id, ring.header.generation, storage.durable(),
                            &storage.area().ledger_files};
    try {
        static_cast<void>(open_known_ledger(options.ledger, known));
    } catch (const std::exception& failure) {
        log(LogLevel::Debug, "{}", failure.what());
    }
}

// Logs the heads by which somebody can prove later that nobody has changed the ledger: those that no other
// one stands for. clerk head shows them as well.
void tell_heads(const Options& options) {
    constexpr std::size_t kMost = 8;
    if (!options.ledger.keeps_rows()) return;
    try {
        std::vector<OpenHead> heads;
        static_cast<void>(
            browse_ledger(options.ledger, [&](LedgerBrowser& browser) { heads = browser.heads(); }));
        if (heads.size() > kMost) {
            log(LogLevel::Info, "{} more heads: clerk head", heads.size() - kMost);
            heads.erase(heads.begin(), heads.end() - kMost);
        }
        for (const OpenHead& head : heads) log(LogLevel::Info, "{}", head_line(options.ledger.place(), head));
    } catch (const std::exception& failure) {
        log(LogLevel::Debug, "{}", failure.what());
    }
}

}  // namespace

ExitStatus supervise(const Options& given, Reload::Reread reread) {
    Options options = given;
    const UniqueFd signals = open_signal_fd(kPipelineSignals);
    const SegmentsPlan plan = prepare(options);
    const NameLock lock(options.runtime_dir, options.name, std::chrono::seconds(5));
    const auto interrupted = [] { return is_pending(SIGTERM) || is_pending(SIGINT); };
    notify_waiting(options.drain_timeout + kOrphansNotice + kLimitOfStart,
                   "waiting for what an earlier supervisor has left");
    Segments segments =
        make_or_adopt({options.name, options.segments(), other_places(options, lock.left()), plan,
                       [&](SegmentsPlan& begun) {
                           require_free_source(options);
                           complete(begun, options);
                       },
                       [&](const KnownLedger& known) {
                           require_free_source(options);
                           return open_known_ledger(options.ledger, known);
                       },
                       options.drain_timeout + kOrphansNotice, interrupted});
    options.shm_dir = segment_directory(segments.name());  // where children and observers will look
    lock.note(options.shm_dir);
    log(LogLevel::Info, "started: {} {}, source {}, ledger {}", options.consumers.text(),
        verb(options.consumers.most, "consumer", "consumers"), printable(segments.source()),
        printable(plan.ledger));
    say(opening_line(options, ::isatty(STDERR_FILENO) == 1));
    // An earlier run with --rate may have left the time of its next attempt. Without --rate, clear it.
    if (!options.rate) segments.ring().area().next_begin_ns.store(0, std::memory_order_relaxed);
    Supervisor supervisor(options, segments, signals.get(), std::move(reread));
    const ExitStatus ended = supervisor.run();
    if (ended == ExitStatus::Drained) empty_log(options, segments);
    if (ended == ExitStatus::Drained) tell_heads(options);
    Report report = supervisor.report();
    explain(report, options, segments.ring().area().header.generation, segments.source());
    report.is_halted = supervisor.is_halted();
    // Unfinished segments are adopted, and their run goes on.
    report.is_waiting_in_vain =
        ended == ExitStatus::Drained && options.source.traits().input == SourceTraits::Input::StandardInput;
    const bool has_failed =
        ended == ExitStatus::Drained && (report.is_halted || report.has(*options.fail_on));
    const ExitStatus status = has_failed ? ExitStatus::SomeFailed : ended;
    if (ended == ExitStatus::Drained)
        say(closing_line(options, segments.source(), segments.ring().area().start_position,
                         report.invoices()));
    tell_of_failures(report, options);
    log_report(report, status, options);
    print_report(report, options.report);
    return status;
}

}  // namespace pipeline
